/** `+8613800138000` of `13800138000`: a mainland number as the rest of the world writes it (ITU-T E.164). */
export function e164(mobile: string): string {
  return `+86${mobile}`;
}
