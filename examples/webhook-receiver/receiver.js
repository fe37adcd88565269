// Receives the messages of the webhook sender, checks who signed them, and hands them to your own gateway.
// PORT=3000 WEBHOOK_SECRET=whsec_… node receiver.js
const { createServer } = require('node:http');
const { Webhook } = require('standardwebhooks');

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const MAX_BODY_BYTES = 16 * 1024;

/** Your gateway goes here. Say what became of the message: accepted, refused, throttled or misconfigured. */
async function deliver({ mobile, code, minutes, purpose, language }) {
  process.stdout.write(`To ${mobile} (${purpose}, ${language}): your code is ${code}, valid for ${minutes} minutes\n`);
  return { outcome: 'accepted', messageId: `example-${Date.now()}` };
}

async function readBody(request) {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > MAX_BODY_BYTES) throw new Error('too long');
  }
  return body;
}

const server = createServer(async (request, response) => {
  const answer = (status, fields) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(fields));
  let message;
  try {
    // Checks the signature over the body as it came, and that it is not older than five minutes.
    message = webhook.verify(await readBody(request), request.headers);
  } catch {
    answer(401, { outcome: 'misconfigured' });
    return;
  }
  try {
    const result = await deliver(message);
    answer(result.outcome === 'accepted' ? 200 : 422, result);
  } catch {
    // Whether it went out is not known: the sender will not send it again.
    answer(500, {});
  }
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  process.stdout.write(`Receiving at http://127.0.0.1:${server.address().port}/\n`);
});
