/**
 * In place of the package sha.js in the bundle: Apollo Server takes that one where it finds no `module.require`, as in a bundle, and
 * JavaScript hashes each query text slower than Node.
 */
module.exports = require('node:crypto').createHash;
