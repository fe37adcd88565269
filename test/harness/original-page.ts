import { randomUUID } from 'node:crypto';

/** What a browser tells of a page of the server's own origin. */
export const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

/** Asks as a page of the original does. */
export class OriginalPage {
  constructor(
    readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = SAME_ORIGIN,
  ) {}

  get(path: string): Promise<Response> {
    return fetch(this.url + path, { headers: this.headers });
  }

  /** An id as pages make them. */
  picture(uuid: string = randomUUID()): Promise<Response> {
    return this.get(`/image_codes/${uuid}/`);
  }

  async send(mobile: string, imageCode: string, uuid: string): Promise<{ status: number; body: unknown }> {
    const query = new URLSearchParams({ image_code: imageCode, uuid });
    const response = await this.get(`/sms_codes/${mobile}/?${query}`);
    return { status: response.status, body: await response.json() };
  }
}
