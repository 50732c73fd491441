"""Answer every delivery with the same words: what the server and Flask cost by themselves."""

from flask import Flask, Response

application = Flask("constant")

_ANSWER = (
    "<xml><ToUserName><![CDATA[o]]></ToUserName><FromUserName><![CDATA[gh]]></FromUserName>"
    "<CreateTime>1</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[ok]]></Content></xml>"
)


@application.post("/wechat")
def receive() -> Response:
    """Answer without looking."""
    return Response(_ANSWER, mimetype="text/xml")
