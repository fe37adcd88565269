import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { httpsUrl, httpUrl, list, parsed, readableFile } from './setting-types';

const MAX_NAME_LENGTH = 40;
const LOGO_TYPES = ['.svg', '.png', '.webp', '.jpg'];
/** The page is for slow lines as well. */
const MAX_LOGO_BYTES = 100_000;

/** What the page looks like, and whom it hands tickets to. */
export const PAGE_SETTINGS = {
  RETURN_ORIGINS: list({
    about:
      'origins that the page hands tickets to, comma-separated, each exactly as a browser names it: `/?return=URL` of any other is refused; docs/frontend.md',
    item: returnOrigin,
  }),
  PAGE_NAME: parsed({
    about: `name of the service, on the page; ${MAX_NAME_LENGTH} characters at most`,
    parse: pageName,
  }),
  PAGE_LOGO: parsed({
    about: `logo beside it: a file, ${LOGO_TYPES.join(', ')}, ${MAX_LOGO_BYTES / 1000} kB at most`,
    parse: logoFile,
  }),
  PAGE_COLOR: parsed({
    about: 'colour of buttons and links, such as `#c8102e`; made darker or lighter where its text could not be read',
    parse: colour,
  }),
  PAGE_PRIVACY_URL: parsed({ about: 'where the page links to your privacy policy', parse: webPage }),
};

function returnOrigin(value: string): string {
  const origin = URL.canParse(value) ? new URL(value).origin : undefined;
  if (origin !== value) {
    const instead = origin && origin !== 'null' ? `: write ${origin}` : '';
    throw new Error(`must hold origins such as https://shop.example, not ${JSON.stringify(value)}${instead}`);
  }
  return httpsUrl(value);
}

function webPage(value: string): string {
  httpUrl(value);
  return new URL(value).href;
}

function pageName(value: string): string {
  if ([...value].length > MAX_NAME_LENGTH || /\p{Cc}/u.test(value)) {
    throw new Error(`must have ${MAX_NAME_LENGTH} characters at most, and no control characters`);
  }
  return value;
}

function logoFile(value: string): string {
  const file = readableFile(value);
  if (!LOGO_TYPES.includes(extname(file)))
    throw new Error(`must name a file that ends with ${LOGO_TYPES.join(' or ')}`);
  if (statSync(file).size > MAX_LOGO_BYTES) throw new Error(`must name a file of ${MAX_LOGO_BYTES} bytes at most`);
  return file;
}

function colour(value: string): string {
  if (!/^#[0-9a-f]{6}$/i.test(value)) throw new Error(`must be a colour such as #1f5fbf, not ${JSON.stringify(value)}`);
  return value.toLowerCase();
}
