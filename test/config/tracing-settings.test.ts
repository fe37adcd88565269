import { loadConfig } from '../../src/config/config';

describe('Whether traces are sent', () => {
  const endpoint = 'http://127.0.0.1:4318';

  test.each([
    ['no collector', {}, false],
    ['a collector', { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, true],
    ['a collector of traces alone', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces` }, true],
    // OpenTelemetry's booleans know no case (its specification of environment variables, "Boolean value").
    ...['true', 'TRUE', 'True'].map((off): [string, Record<string, string>, boolean] => [
      `a collector and OTEL_SDK_DISABLED=${off}`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: off },
      false,
    ]),
    [
      'a collector and OTEL_SDK_DISABLED=false',
      { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'false' },
      true,
    ],
  ])('given %s: %s', (_, environment, sent) => {
    expect(loadConfig(environment).tracing).toBe(sent);
  });
});
