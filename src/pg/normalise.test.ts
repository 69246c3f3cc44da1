// Constants never leave a statement, whatever its text: cut, broken, or full of quotes.
import { expect, test } from "bun:test";
import { withoutConstants } from "./normalise.ts";

test.each([
  ["select * from t where a = 'secret' and b = 42", "select * from t where a = ? and b = ?"],
  ["select E'it\\'s', $tag$ 5 'x' $tag$, $1, U&'d', 0xFF, 1.5e-3, .5", "select ?, …, $1, ?, …"],
  ['select "a 1"."b""2", t1.c2 from "T"', 'select "a 1"."b""2", t1.c2 from "T"'],
  ["select 1 -- secret 5\n /* 'also' */ from t", "select ? from t"],
  ["insert into t values (1, 'a', 'b'), (2, 'c', 'd')", "insert into t values (?, …), (?, …)"],
  ["update t set a = 'cut off in the mid", "update t set a = ?"],
  ["select 'old\\' escape secret' from t", "select ? …"],
  ["", ""],
])("%p", (sql, plain) => expect(withoutConstants(sql)).toBe(plain));
