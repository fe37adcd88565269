import { VERIFICATION_PURPOSES, type VerificationPurpose } from './purpose';

/** A provider's templates for some purposes; its single template serves the others. */
export type PurposeTemplates = Readonly<Partial<Record<VerificationPurpose, string>>>;

/**
 * Reads `LOGIN:1234,RESET_PASSWORD:1235`.
 * @throws Error that completes "NAME ...": an unknown purpose, one that is named twice, or one without a template.
 */
export function purposeTemplates(text: string): PurposeTemplates {
  const templates = new Map<VerificationPurpose, string>();
  for (const item of text.split(',').map((part) => part.trim())) {
    if (item === '') continue;
    const [name = '', ...rest] = item.split(':');
    const template = rest.join(':').trim();
    const purpose = VERIFICATION_PURPOSES.find((known) => known === name.trim());
    if (purpose === undefined) {
      throw new Error(
        `names the unknown purpose ${JSON.stringify(name)}: there are ${VERIFICATION_PURPOSES.join(', ')}`,
      );
    }
    if (template === '') throw new Error(`has no template for ${purpose}: write ${purpose}:template`);
    if (templates.has(purpose)) throw new Error(`names ${purpose} twice`);
    templates.set(purpose, template);
  }
  return Object.fromEntries(templates);
}
