// ApiModel: an HTTP API as plain data, whatever it was read from.
export interface ApiModel {
  readonly title: string;
}
