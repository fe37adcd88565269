import type { ServerResponse } from 'node:http';
import { StoreUnavailableError } from '../store/store';
import type { ExplorerFiles } from './explorer-files';
import { sendError, sendJson } from './json-answer';

/** What a developer, and the tests of a front end, may ask. Never made in production. */
export interface DevelopmentDependencies {
  /** The last code that the console sender printed for a mobile. */
  lastCode(mobile: string): string | undefined;
  /** The answer to a live captcha, which stays live; null if there is none. */
  captchaText(uuid: string): Promise<string | null>;
  /** What a browser finds at /graphql; undefined where it isn't built. */
  explorer: ExplorerFiles | undefined;
}

/** Answers a request for what stands below /dev/; false if there is nothing at this path. `query` is without its question mark. */
export function answerDevelopment(
  { lastCode, captchaText }: DevelopmentDependencies,
  path: string,
  query: string,
  response: ServerResponse,
): Promise<void> | false {
  const parameters = new URLSearchParams(query);
  switch (path) {
    case '/dev/last-sms':
      // In a query a plus is a blank, and no number begins with one.
      return sendLastCode(lastCode, (parameters.get('mobile') ?? '').replace(/^ /, '+'), response);
    case '/dev/captcha':
      return sendCaptchaText(captchaText, parameters.get('uuid') ?? '', response);
    default:
      return false;
  }
}

async function sendLastCode(
  lastCode: DevelopmentDependencies['lastCode'],
  mobile: string,
  response: ServerResponse,
): Promise<void> {
  const code = lastCode(mobile);
  if (code) sendJson(response, 200, { mobile, code });
  else sendError(response, 404, 'NOT_FOUND', 'No code was printed for this mobile.');
}

async function sendCaptchaText(
  captchaText: DevelopmentDependencies['captchaText'],
  uuid: string,
  response: ServerResponse,
): Promise<void> {
  try {
    const text = await captchaText(uuid);
    if (text === null) sendError(response, 404, 'NOT_FOUND', 'No captcha of this uuid can be answered.');
    else sendJson(response, 200, { text });
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    sendError(response, 503, 'SERVICE_UNAVAILABLE', 'The store could not be reached.');
  }
}
