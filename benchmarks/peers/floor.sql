CREATE SCHEMA floor;
CREATE TABLE floor.deliveries (key bigint PRIMARY KEY, openid text NOT NULL, words text NOT NULL);
CREATE TABLE floor.states (openid text PRIMARY KEY, state jsonb NOT NULL);
CREATE TABLE floor.answers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, openid text NOT NULL, words text NOT NULL
);
CREATE INDEX ON floor.answers (openid);
