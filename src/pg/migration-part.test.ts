// Files that hold both ways keep the way forward, at its place.
import { expect, test } from "bun:test";
import { wayForward } from "./migration-part.ts";

test.each([
  ["-- migrate:up\ncreate table a ();\n\n-- migrate:down\ndrop table a;\n", "create table a ();"],
  [
    "-- migrate:up transaction:false\ncreate table a ();\n-- migrate:down transaction:false\ndrop table a;",
    "create table a ();",
  ],
  [
    "-- +goose Up\n-- +goose StatementBegin\ncreate table a ();\n-- +goose StatementEnd\n-- +goose Down\ndrop table a;",
    "create table a ();",
  ],
  ["-- +migrate Down\ndrop table a;\n-- +migrate Up\ncreate table a ();", "create table a ();"],
  ["create table a ();\n--//@UNDO\ndrop table a;\n", "create table a ();"],
  ["create table a ();\n-- no migrate:down here\n", "create table a ();"],
])("%j", (text, kept) => {
  const forward = wayForward(text);
  expect(forward.replace(/--.*/g, "").trim()).toBe(kept);
  expect([forward.length, forward.indexOf(kept)]).toEqual([text.length, text.indexOf(kept)]);
});

test("what stands in a string is no marker", () => {
  const text = "create view a as select '\n-- migrate:down\n';";
  expect(wayForward(text)).toBe(text);
});
