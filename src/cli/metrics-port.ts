import type { Config } from '../config/config';

const WAIT_MS = 1_000;

export interface Circuits {
  /** Of each provider: whether the server of these settings on this machine skips it; undefined where none answers. */
  open?: Readonly<Record<string, boolean>>;
  /** Who was asked. */
  url?: string;
}

/**
 * Which providers the server on this machine skips, as its metrics tell. A circuit is each process's own: other servers may differ.
 */
export async function circuitsHere({ host, port, metricsPort }: Config): Promise<Circuits> {
  const asked = metricsPort ?? port;
  // With port 0 only the server knows which port it got.
  if (asked === 0) return {};
  const name = host === undefined || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${asked}/metrics`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(WAIT_MS) });
    const found = [...(await answer.text()).matchAll(/^sms_verification_circuit_open\{provider="([^"]+)"\} ([01])$/gm)];
    return found.length > 0
      ? { url, open: Object.fromEntries(found.map(([, p, value]) => [p, value === '1'])) }
      : { url };
  } catch {
    return { url };
  }
}
