import type { CaptchaKind, VerificationPurpose } from '../../packages/client/src/create-verification';

/** What the server puts into the page, in `<script id="page-config">`. */
export interface PageConfig {
  /** Fields of VerificationSettings, as in schema.graphql. */
  readonly settings: {
    readonly codeLength: number;
    readonly captchaKinds: readonly CaptchaKind[];
    readonly countries: readonly string[];
    readonly callingCodes: readonly string[];
    readonly purposes: readonly VerificationPurpose[];
  };
  readonly brand: {
    readonly name?: string;
    /** Path of a picture. */
    readonly logo?: string;
    /** One for each theme. */
    readonly colours?: { readonly light: string; readonly dark: string };
    readonly privacyUrl?: string;
  };
  /** Where the ticket goes; null where it stays. The server has looked at the address. */
  readonly handOver: { readonly url: string; readonly state: string | null } | null;
}

export function readPageConfig(): PageConfig {
  return JSON.parse(document.getElementById('page-config')?.textContent ?? '');
}

/** Through the style sheet's own properties: the Content-Security-Policy allows no style in the page. */
export function applyColours({ colours }: PageConfig['brand']): void {
  if (!colours) return;
  document.documentElement.style.setProperty('--brand-light', colours.light);
  document.documentElement.style.setProperty('--brand-dark', colours.dark);
}
