// What a connection string tells before anybody connects.
import { expect, test } from "bun:test";
import { connectionAdvice } from "./connection-advice.ts";
import { parseConnection, targetOf } from "./connection.ts";

const rules = (url: string): readonly string[] =>
  connectionAdvice(targetOf([parseConnection(url)], { osUser: "u", defaultHost: "localhost" })).map(
    ({ rule, severity }) => `${severity} ${rule}`,
  );

test.each([
  ["postgres://u@localhost/d", []],
  ["postgres://u@127.0.0.1:6432/d", ["info db/pooled-connection"]],
  ["postgres://u@ep-cool-1-pooler.eu-central-1.aws.neon.tech/d?sslmode=verify-full", ["info db/pooled-connection"]],
  ["postgres://u@ep-cool-1.eu-central-1.aws.neon.tech/d?sslmode=verify-full", []],
  ["postgres://u@aws-0-eu.pooler.supabase.com:6543/d?sslmode=verify-full", ["info db/pooled-connection"]],
  ["postgres://u@aws-0-eu.pooler.supabase.com:5432/d?sslmode=verify-full", []],
  ["postgres://u@db.example/d?sslmode=require", ["info db/unverified-connection"]],
  ["postgres://u@db.example/d?sslmode=disable", ["warning db/unverified-connection"]],
])("%s", (url, expected) => expect(rules(url)).toEqual(expected));
