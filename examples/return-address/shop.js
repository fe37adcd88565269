// A shop that sends people to the page of the verification server, and believes the ticket that they come back with.
// PORT=3000 VERIFICATION_SERVER=http://localhost:4000 node shop.js
const { createHash, randomBytes, timingSafeEqual } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');
const { createRemoteJWKSet, jwtVerify } = require('jose');

const PORT = Number(process.env.PORT ?? 3000);
const SERVER = process.env.VERIFICATION_SERVER ?? 'http://localhost:4000';
const PURPOSE = 'LOGIN';
const MAX_BODY_BYTES = 16 * 1024;

const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', SERVER));
const usedTickets = new Map(); // a real shop remembers them where all its servers see them
const files = { '/frame.js': 'text/javascript' };

/** The mobile that a ticket confirms. Throws where it confirms none, none for this purpose, or was used before. */
async function mobileOf(ticket) {
  const { payload } = await jwtVerify(ticket, keys, {
    audience: 'registration',
    issuer: 'sms-verification-server',
    algorithms: ['EdDSA', 'ES256', 'RS256'],
    requiredClaims: ['sub', 'exp', 'jti'],
  });
  if (payload.purpose !== PURPOSE) throw new Error('another purpose');
  for (const [jti, exp] of usedTickets) if (exp * 1000 < Date.now()) usedTickets.delete(jti);
  if (usedTickets.has(payload.jti)) throw new Error('used before');
  usedTickets.set(payload.jti, payload.exp);
  return payload.sub;
}

/** Whether it is this browser that was sent to the page: a stranger's ticket in a stranger's form is not for this person. */
function isOwnState(request, state) {
  const [, kept = ''] = /(?:^|; )state=([^;]*)/.exec(request.headers.cookie ?? '') ?? [];
  const hash = (text) => createHash('sha256').update(text).digest();
  return kept !== '' && timingSafeEqual(hash(kept), hash(state ?? ''));
}

async function readForm(request) {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > MAX_BODY_BYTES) throw new Error('too long');
  }
  return new URLSearchParams(body);
}

const shop = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, `http://localhost:${PORT}`);
  const send = (status, type, text, headers) =>
    response
      .writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-store', ...headers })
      .end(text);

  if (request.method === 'GET' && (pathname === '/' || pathname === '/frame')) {
    const state = randomBytes(16).toString('base64url');
    const link = new URL('/', SERVER);
    link.search = new URLSearchParams({ return: `http://${request.headers.host}/confirmed`, purpose: PURPOSE, state });
    const name = pathname === '/' ? 'index.html' : 'frame.html';
    const html = readFileSync(join(__dirname, name), 'utf8').replaceAll('LINK', link.href.replaceAll('&', '&amp;'));
    // Lax is enough where both are of one site. Else a browser sends a cookie along with such a POST only with SameSite=None; Secure.
    return send(200, 'text/html', html, { 'Set-Cookie': `state=${state}; Path=/confirmed; HttpOnly; SameSite=Lax` });
  }
  if (request.method === 'POST' && pathname === '/confirmed') {
    try {
      const form = await readForm(request);
      if (!isOwnState(request, form.get('state'))) throw new Error('not asked for');
      const mobile = await mobileOf(form.get('ticket') ?? '');
      // From here on the number is the ticket's. A real shop would log its owner in and redirect.
      return send(200, 'text/plain', `Logged in as ${mobile}\n`, {
        'Set-Cookie': 'state=; Path=/confirmed; Max-Age=0',
      });
    } catch (error) {
      process.stdout.write(`A ticket was refused: ${error.message}\n`);
      return send(403, 'text/plain', 'Your number is not confirmed. Please start again.\n');
    }
  }
  if (request.method === 'GET' && files[pathname]) {
    return send(200, files[pathname], readFileSync(join(__dirname, pathname)));
  }
  if (pathname === '/favicon.ico') return response.writeHead(204).end();
  return send(404, 'text/plain', 'There is nothing here.\n');
});

shop.listen(PORT, '127.0.0.1', () => {
  process.stdout.write(`Shop: http://localhost:${shop.address().port}/\n`);
});
