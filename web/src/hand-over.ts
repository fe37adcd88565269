import type { VerificationPurpose } from '../../packages/client/src/create-verification';
import type { PageConfig } from './page-config';

/** Gives a ticket to whoever asked for it. */
export interface HandOver {
  /** Who that is, for people: the host of the return address. */
  readonly host: string;
  /** Whether the page stands in a frame of theirs, and stays there. */
  readonly framed: boolean;
  give(ticket: string): void;
}

/** Undefined where nobody asked. */
export function createHandOver(to: PageConfig['handOver'], purpose: VerificationPurpose): HandOver | undefined {
  if (!to) return undefined;
  const { origin, host } = new URL(to.url);
  const framed = window.parent !== window;
  return {
    host,
    framed,
    give(ticket) {
      const fields = { ticket, purpose, ...(to.state !== null && { state: to.state }) };
      // The browser delivers it to that origin or to nobody.
      if (framed) window.parent.postMessage({ type: 'sms-verification', ...fields }, origin);
      else post(to.url, fields);
    },
  };
}

/** Leaves the page by a form, so that the ticket stands in no address. */
function post(url: string, fields: Readonly<Record<string, string>>): void {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = url;
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}
