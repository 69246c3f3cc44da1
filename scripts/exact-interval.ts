// The exact 95 % interval of a share that was counted.

/** P(X <= k) of a binomial distribution; by logarithms, since (1 - p) ** n is nothing for many trials. */
const atMost = (k: number, n: number, p: number): number => {
  let [term, sum] = [n * Math.log1p(-p), 0];
  for (let i = 0; i <= k; i++) {
    sum += Math.exp(term);
    term += Math.log((n - i) / (i + 1)) + Math.log(p) - Math.log1p(-p);
  }
  return sum;
};

const root = (rising: (p: number) => number): number => {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (rising(middle) > 0) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
};

/** Clopper and Pearson's exact 95 % interval of a share. */
export const exactInterval = (k: number, n: number): readonly [number, number] => [
  k === 0 ? 0 : root((p) => 1 - atMost(k - 1, n, p) - 0.025),
  k === n ? 1 : root((p) => 0.025 - atMost(k, n, p)),
];
