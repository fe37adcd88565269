/**
 * For mutants: the tests of one group, in Jest's own process, since a mutant is switched on there and nowhere else (servers that a
 * test starts as processes run without it).
 */
const path = require('node:path');

const [common] = require('../../jest.config').projects;

const root = path.join(__dirname, '../..');
const tests = (process.env.MUTATION_TESTS ?? '').split(' ');

module.exports = {
  rootDir: root,
  transform: common.transform,
  transformIgnorePatterns: common.transformIgnorePatterns,
  modulePathIgnorePatterns: common.modulePathIgnorePatterns,
  testMatch: tests.map((glob) => `${root}/${glob}`),
};
