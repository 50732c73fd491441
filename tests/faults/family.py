"""A program whose child and grandchild share its port, leave its group and ignore SIGTERM."""

import os
import signal
import socket
import sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), reuse_port=True)
for _generation in range(2):
    if os.fork():
        break
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(1, b"one of the family is up\n")  # in one piece: three processes share the log
signal.pause()
