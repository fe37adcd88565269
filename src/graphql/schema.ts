import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { CaptchaResolver } from './captcha-resolver';
import { InboundResolver } from './inbound-resolver';
import { SettingsResolver } from './settings-resolver';
import { SmsCodeResolver } from './sms-code-resolver';

/** The executable schema over these resolvers. */
export function createSchema(resolvers: {
  captcha: CaptchaResolver;
  /** Absent: nobody can confirm a mobile by sending. */
  inbound?: InboundResolver;
  settings: SettingsResolver;
  smsCode: SmsCodeResolver;
}): GraphQLSchema {
  const instances = new Map<unknown, object>([
    [CaptchaResolver, resolvers.captcha],
    [InboundResolver, resolvers.inbound ?? new InboundResolver()],
    [SettingsResolver, resolvers.settings],
    [SmsCodeResolver, resolvers.smsCode],
  ]);
  const schema = buildSchemaSync({
    resolvers: [CaptchaResolver, SettingsResolver, SmsCodeResolver, InboundResolver],
    container: { get: (resolver) => instances.get(resolver) },
    // Arguments are checked in the resolvers: type-graphql's own validation answers with the arguments it was given.
    validate: false,
    // The check runs an introspection query at every start; a test runs one instead.
    skipCheck: true,
  });
  describe(schema.getQueryType(), 'What can be asked for without confirming anything.');
  describe(schema.getMutationType(), 'The two steps that confirm a mobile number.');
  return schema;
}

/** type-graphql has no place for the descriptions of the root types. */
function describe(type: { description?: string | null } | null | undefined, description: string): void {
  if (type) type.description = description;
}
