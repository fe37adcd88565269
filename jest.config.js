/**
 * Five kinds of tests, told apart by where they stand. `npx jest PATH` finds a test whatever its kind; `npm run test:unit` and its like
 * pick one kind.
 */
const common = {
  transform: {
    '\\.ts$': '@swc/jest',
    '/node_modules/jose/.+\\.js$': '@swc/jest',
  },
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/reports'],
};

/** No Redis, no browser, no other process: seconds. test/docs/projects.test.ts holds them to it. */
const unit = [
  'test/captcha/**/*.test.ts',
  'test/config/!(near-misses).test.ts',
  'test/docs/{env-example,image,languages,redis-keys,references,settings,survivors}.test.ts',
  'test/graphql/{remembered-arguments,schema,two-ways}.test.ts',
  'test/http/{accept-language,client-address,monitoring-endpoints,original-dialects}.test.ts',
  'test/keyed-hash.test.ts',
  'test/limits/*.test.ts',
  'test/log.test.ts',
  'test/one-lookup-a-host.test.ts',
  'test/sms/{aliyun,console,failover,tencent}-sender.test.ts',
  'test/sms/{push-values,safe-outcome}.test.ts',
  'test/store/memory-*.test.ts',
  'test/tickets/*.test.ts',
  'test/verification/*.test.ts',
];
/** A real Chromium on the page. */
const browser = ['test/web/**/*.test.ts'];
/** What fails, stands still, is killed or comes late, on one Redis, a sentinel set and a cluster. */
const faults = [
  'test/attack/!(fuzz).test.ts',
  'test/cluster/**/*.test.ts',
  'test/sentinel/**/*.test.ts',
  'test/app/provider-failures.test.ts',
  'test/store/redis-{failures,lost-scripts}.test.ts',
];
/** What strangers would try, at the size of a development machine. */
const hostile = ['test/hostile/**/*.test.ts', 'test/attack/fuzz.test.ts'];

/** A leading `!` leaves out; Jest knows <rootDir> only at the very beginning, and so not behind it. */
const project = (displayName, globs, options) => ({
  ...common,
  ...options,
  displayName,
  testMatch: globs.map((glob) => glob.replace(/^!?/, (not) => `${not}${__dirname}/`)),
});
/** One file at a time, after the others are done: these fill memory and hold the processor. */
const alone = { runner: '<rootDir>/test/harness/serial-runner.js' };
const others = [...unit, ...browser, ...faults, ...hostile];

module.exports = {
  // Of what runs in Jest's own process; servers that a test starts as processes are not seen.
  coverageProvider: 'v8',
  // Half of the time they wait for clocks, browsers and processes; more at once would make them late.
  maxWorkers: 2,
  // Bounds what never ends; no test is about this, and a busy machine takes several times as long.
  testTimeout: 30_000,
  collectCoverageFrom: ['src/**/*.ts'],
  coverageReporters: ['text'],
  projects: [
    project('unit', unit),
    project('integration', ['test/**/*.test.ts', ...others.map((glob) => `!${glob}`)]),
    project('browser', browser),
    project('faults', faults),
    project('hostile', hostile, alone),
  ],
};
