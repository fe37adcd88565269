const { default: TestRunner } = require('jest-runner');

/** For tests that need the machine for themselves: Jest runs these one file at a time, apart from the others. */
module.exports = class SerialRunner extends TestRunner {
  isSerial = true;
};
