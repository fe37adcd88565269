/**
 * Loaded into a server under test before its own code: tells, when asked over the IPC channel, how many bytes it still holds once all
 * garbage is collected. Resident memory is no measure of that: the allocator gives pages back when it likes.
 */
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

process.on('message', () => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  process.send(heapUsed + external);
});
// The server ends as it would without.
process.channel.unref();
