// Formats that a text must hold to, judged strictly: whoever meets these meets every other reading of them.

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const time = "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";
const uriCharacter = "(?:[\\w.~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})";

const isDate = (text: string): boolean => {
  const [, year = 0, month = 0, day = 0] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []).map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (days[month - 1] ?? 0);
};

const like = (source: string): ((text: string) => boolean) => {
  const pattern = new RegExp(`^(?:${source})$`);
  return (text) => pattern.test(text);
};

const isTime = like(time);
const isEmail = like(`[A-Za-z0-9_+-]+(?:\\.[A-Za-z0-9_+-]+){0,9}@(?:${label}\\.){1,9}${label}`);

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  "date-time": (text) => isDate(text.slice(0, 10)) && text[10] === "T" && isTime(text.slice(11)),
  time: isTime,
  duration: like("P(?!$)(?:\\d+W|(?:\\d+Y)?(?:\\d+M)?(?:\\d+D)?(?:T(?=\\d)(?:\\d+H)?(?:\\d+M)?(?:\\d+S)?)?)"),
  email: isEmail,
  "idn-email": isEmail,
  hostname: (text) => text.length <= 253 && like(`${label}(?:\\.${label}){0,99}`)(text),
  ipv4: like(`${octet}(?:\\.${octet}){3}`),
  ipv6: like("(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}:[0-9a-f]{1,4}|::1?"),
  uri: like(`[a-z][a-z0-9+.-]{0,30}:(?:${uriCharacter})+`),
  "uri-reference": like(`(?:${uriCharacter})*`),
  uuid: like("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
  byte: like("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"),
  "json-pointer": like("(?:/(?:[^~/]|~[01])*)*"),
};

/** A format that is not known here is an annotation. */
export const isFormat = (name: string, text: string): boolean =>
  !Object.hasOwn(formats, name) || formats[name]?.(text) !== false;

export const isInt32 = (value: number): boolean => value >= -2_147_483_648 && value <= 2_147_483_647;

/** Numbers hold 2 ** 63 and nothing right below it. */
export const isInt64 = (value: number): boolean => value >= -(2 ** 63) && value < 2 ** 63;
