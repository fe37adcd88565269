import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printSchema } from 'graphql';
import { CaptchaResolver } from '../src/graphql/captcha-resolver';
import { createSchema } from '../src/graphql/schema';
import { SettingsResolver } from '../src/graphql/settings-resolver';
import { SmsCodeResolver } from '../src/graphql/sms-code-resolver';

/** The schema as text, printed from the code. */
export function printedSchema(): string {
  const schema = createSchema({
    captcha: Object.create(CaptchaResolver.prototype),
    settings: Object.create(SettingsResolver.prototype),
    smsCode: Object.create(SmsCodeResolver.prototype),
  });
  return `# Written by "npm run schema" from src/graphql: change it there.\n\n${printSchema(schema)}\n`;
}

if (require.main === module) writeFileSync(join(__dirname, '../schema.graphql'), printedSchema());
