// Runs in the page: draws its line charts, again whenever colours, width or medium change.
(() => {
  "use strict";
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const root = document.documentElement;
  const color = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const palette = () => [1, 2, 3, 4, 5].map((i) => color(`--series-${i}`));
  const dashes = [[], [6, 3], [2, 3], [9, 3, 2, 3], [1, 2]];

  const short = (value) => {
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (size >= 1e6) return `${+(value / 1e6).toPrecision(3)}M`;
    if (size >= 1e4) return `${+(value / 1e3).toPrecision(3)}k`;
    return String(+value.toPrecision(3));
  };

  // A shaded time with its name, below the lines.
  const spansPlugin = (spans) => ({
    hooks: {
      drawClear: (plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
        for (const { from, to, label } of spans) {
          const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
          const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, "x", true));
          if (right <= left) continue;
          ctx.fillStyle = color("--span");
          ctx.fillRect(left, bbox.top, right - left, bbox.height);
          ctx.fillStyle = color("--dim");
          ctx.fillText(label, left + 4, bbox.top + 12 * devicePixelRatio);
        }
        ctx.restore();
      },
    },
  });

  const optionsOf = (chart, width) => {
    const [text, grid, colors] = [color("--dim"), color("--grid"), palette()];
    const names = new Map((chart.ticks ?? []).map(({ at, label }) => [at, label]));
    const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
    const unit = (value) => (value === null || value === undefined ? "–" : `${short(value)} ${chart.unit}`);
    return {
      width,
      height: 260,
      plugins: chart.spans === undefined ? [] : [spansPlugin(chart.spans)],
      cursor: { sync: names.size === 0 ? { key: "time" } : undefined },
      scales: {
        x: { time: false },
        y: chart.logarithmic
          ? { distr: 3 }
          : { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max((high ?? 0) * 1.08, 1e-9)] },
      },
      axes: [
        {
          ...axis,
          label: chart.axis,
          labelSize: 18,
          labelGap: 2,
          size: 34,
          ...(names.size === 0
            ? {}
            : { splits: [...names.keys()], values: (_, splits) => splits.map((at) => names.get(at) ?? "") }),
        },
        {
          ...axis,
          size: 58,
          values: (_, splits) => splits.map((value) => (value === null || value === undefined ? "" : short(value))),
        },
      ],
      series: [
        {
          label: chart.axis,
          value: (_, value) =>
            value === null || value === undefined
              ? "–"
              : (names.get(value) ?? (names.size === 0 ? short(value) : shareText(value))),
        },
        ...chart.series.map(({ label }, i) => ({
          label,
          stroke: colors[i % colors.length],
          dash: dashes[i % dashes.length],
          width: 2,
          spanGaps: false,
          points: { show: chart.x.length <= 40, size: 5 },
          value: (_, value) => unit(value),
        })),
      ],
    };
  };

  // On an axis of nines, 2 is 99 %, 3 is 99.9 %.
  const shareText = (nines) => `${+(100 - 100 * 10 ** -nines).toPrecision(6)} %`;

  const dataOf = ({ x, series, logarithmic }) => [
    x,
    ...series.map(({ y }) => (logarithmic ? y.map((value) => (value > 0 ? value : null)) : y)),
  ];

  const places = [...document.querySelectorAll("[data-chart]")].map((place) => ({
    place,
    chart: charts[Number(place.dataset.chart)],
    plot: undefined,
  }));

  const draw = (width) => {
    for (const one of places) {
      one.plot?.destroy();
      one.plot = new uPlot(optionsOf(one.chart, width ?? one.place.clientWidth), dataOf(one.chart), one.place);
    }
  };

  const resized = new ResizeObserver(() => {
    for (const { place, plot } of places) {
      const { clientWidth } = place;
      if (plot !== undefined && clientWidth > 0 && plot.width !== clientWidth)
        plot.setSize({ width: clientWidth, height: 260 });
    }
  });
  draw();
  for (const { place } of places) resized.observe(place);

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());
  // Paper is white.
  addEventListener("beforeprint", () => {
    root.classList.add("paper");
    draw(700);
  });
  addEventListener("afterprint", () => {
    root.classList.remove("paper");
    draw();
  });
})();
