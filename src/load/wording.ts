// How shares and places are written in every report of a load.
import type { Location } from "../kernel/finding.ts";
import type { LoadSummary } from "./summary.ts";

export const percentText = (share: number): string => {
  const percent = share * 100;
  return percent === 0 || percent >= 10 ? `${percent.toFixed(0)} %` : `${percent.toPrecision(2)} %`;
};

export const placeOf = ({ target, request }: LoadSummary): Location => ({
  kind: "endpoint",
  method: request.method,
  url: target.url,
});
