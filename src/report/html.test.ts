// Pages in a real browser: no request, no complaint, no planted script, and everything to be read.
import { describe, expect, test } from "bun:test";
import type { Report } from "../kernel/report.ts";
import { hasChromium, withPage } from "../testing/chromium.ts";
import { everyReport } from "../testing/reporter-contract.ts";
import { htmlReporter } from "./html.ts";

const look = { color: false, unicode: true, width: 80, verbose: false };
const page = async (report: Report): Promise<string> => htmlReporter.render(report, 1, look);

test("the page names no other place, and allows no script but its own", async () => {
  const text = await page(everyReport);
  expect(text).toContain("default-src 'none'; script-src 'sha256-");
  const markup = text.replaceAll(/<(script|style)\b[^>]*>[^]*?<\/\1>/g, "").replaceAll(/"[^"]*"/g, '""');
  for (const [tag] of markup.matchAll(/<[a-z][^>]*>/g)) expect(tag).not.toMatch(/ (src|href|style|on\w+)=/i);
  // Without charts there is no script at all.
  expect(await page({ command: "x", blocks: [], findings: [], data: null })).toContain("script-src 'none'");
});

test("links in Markdown lead to pages alone", async () => {
  const text = "[a](javascript:alert(1)) [b](https://example.org/) [c](data:text/html,x) ![d](http://127.0.0.1/x.png)";
  const html = await page({ command: "x", blocks: [{ kind: "markdown", text }], findings: [], data: null });
  expect(/<main>[^]*<\/main>/.exec(html)?.[0]).toContain(
    '<p><a>a</a> <a href="https://example.org/">b</a> <a>c</a> d</p>',
  );
});

describe.skipIf(!hasChromium)("in a browser", () => {
  test("hostile text stays text, charts are drawn, nothing is asked for", async () => {
    await withPage(await page(everyReport), async (shown) => {
      const { problems, requests } = shown;
      const evaluate = (expression: string): Promise<unknown> => shown.evaluate(expression);
      expect(problems).toEqual([]);
      expect(requests).toHaveLength(1);
      expect(await evaluate("document.querySelectorAll('.chart canvas').length")).toBe(2);
      expect(await evaluate("document.images.length + document.querySelectorAll('a[href]').length")).toBe(0);
      expect(await evaluate("document.scripts.length")).toBe(3);
      expect(await evaluate("document.body.innerText")).toContain("</script>");
      // Every drawing has a name for those who cannot see it.
      expect(await evaluate("document.querySelectorAll('[role=img]:not([aria-label])').length")).toBe(0);
      expect(await evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    });
  });
});
