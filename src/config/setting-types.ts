import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { parseEndpoint } from '../sms/provider-socket';

/** One environment variable: what it means, for the docs, and how its text becomes a value. */
export interface Setting<T> {
  about: string;
  /** The default as the docs show it; undefined where there is none. */
  defaultText: string | undefined;
  secret: boolean;
  /** The value of what stands in the environment (never blank), or of its absence. Throws an Error that completes "NAME ...". */
  parse(text: string | undefined): T;
}

interface About<T> {
  about: string;
  default?: T;
  secret?: boolean;
}

function setting<T, D extends T | undefined>(
  { about, secret = false }: About<unknown>,
  fallback: D,
  parse: (text: string) => T,
): Setting<T | D> {
  return {
    about,
    defaultText: fallback === undefined ? undefined : String(fallback),
    secret,
    parse: (text) => (text === undefined ? fallback : parse(text)),
  };
}

/** A whole number from `min` to `max`. */
export function integer(options: About<number> & { default: number; min: number; max: number }): Setting<number>;
export function integer(options: About<number> & { min: number; max: number }): Setting<number | undefined>;
export function integer(options: About<number> & { min: number; max: number }): Setting<number | undefined> {
  const { min, max } = options;
  return setting(options, options.default, (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new Error(`must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
    }
    return value;
  });
}

/** Free text. */
export function text(options: About<string> & { default: string }): Setting<string>;
export function text(options: About<string>): Setting<string | undefined>;
export function text(options: About<string>): Setting<string | undefined> {
  return setting(options, options.default, (value) => value);
}

/** Text that `parse` makes something of. */
export function parsed<T>(options: About<string> & { parse: (text: string) => T }): Setting<T | undefined> {
  return setting(options, undefined, options.parse);
}

/** One of a few words. */
export function choice<T extends string>(options: About<T> & { of: readonly T[]; default: T }): Setting<T>;
export function choice<T extends string>(options: About<T> & { of: readonly T[] }): Setting<T | undefined>;
export function choice<T extends string>(options: About<T> & { of: readonly T[] }): Setting<T | undefined> {
  return setting(options, options.default, (value) => oneOf(options.of, value));
}

/** A comma-separated list, each item checked by `item`. An absent one is empty, unless `default` says otherwise. */
export function list<T>(options: About<string> & { item: (text: string) => T }): Setting<readonly T[]> {
  const { about, secret = false, item } = options;
  const parse = (value: string) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map(item);
  return {
    about,
    secret,
    defaultText: options.default,
    parse: (value) => parse(value ?? options.default ?? ''),
  };
}

export function oneOf<T extends string>(values: readonly T[], value: string): T {
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw new Error(`must be one of ${values.join(', ')}, not ${JSON.stringify(value)}`);
  return found;
}

/** An http:// or https:// URL, without a trailing slash. */
export function httpUrl(value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new Error('must be an http:// or https:// URL');
  }
  return value.replace(/\/+$/, '');
}

/** An https:// URL, or an http:// one of this machine, without a trailing slash: what goes there must not be read on the way. */
export function httpsUrl(value: string): string {
  const url = httpUrl(value);
  const { protocol, hostname } = new URL(url);
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
  if (protocol !== 'https:' && !loopback) throw new Error('must be an https:// URL; http:// is for this machine only');
  return url;
}

/** A URL that paths are put behind. */
export function baseUrl(parse: (value: string) => string): (value: string) => string {
  return (value) => {
    if (/[?#]/.test(value)) throw new Error('must have no ? and no #: paths are put behind it');
    return parse(value);
  };
}

/** `host[:port]`, or a URL with http:// or https://. */
export function endpoint(value: string): string {
  try {
    parseEndpoint(value);
  } catch {
    throw new Error('must be a host, with a port or without, or an https:// or http:// URL');
  }
  return value;
}

/** A file that can be read, as an absolute path. */
export function readableFile(value: string): string {
  const file = resolve(value);
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw new Error(`names a file that cannot be read: ${file}`);
  }
  return file;
}
