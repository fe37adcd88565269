/**
 * The letters a captcha's text is drawn from. Of each pair or group that readers mix up at least one side is left out:
 * A/4, C/6/G, K/X, T/7, J/U, E/F, P/R, 0/O/Q/D, 1/I, 2/Z, 5/S, 8/B, V/Y, M/N/W.
 */
export const CAPTCHA_LETTERS = 'ACEHLPSTUWXY239';

/** How many letters a captcha's text has. */
export const CAPTCHA_LENGTH = 5;
