/** Apollo Sandbox, from where Apollo serves it; it posts to this server from this page. */
const SANDBOX = 'https://embeddable-sandbox.cdn.apollographql.com/_latest/embeddable-sandbox.umd.production.min.js';
/** After so long the network counts as absent, ms. */
const REACHED_WITHIN_MS = 3_000;

declare global {
  interface Window {
    EmbeddedSandbox?: new (options: { target: string; initialEndpoint: string; includeCookies: boolean }) => unknown;
  }
}

function loaded(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const script = document.createElement('script');
    script.addEventListener('load', () => resolve(true));
    script.addEventListener('error', () => resolve(false));
    setTimeout(() => resolve(false), REACHED_WITHIN_MS);
    script.src = url;
    document.head.append(script);
  });
}

const endpoint = new URL('/graphql', location.href).href;
if ((await loaded(SANDBOX)) && window.EmbeddedSandbox) {
  new window.EmbeddedSandbox({ target: '#sandbox', initialEndpoint: endpoint, includeCookies: false });
} else {
  const { openEditor } = await import('./editor');
  await openEditor(endpoint);
}

export {};
