// Takes the ticket from the page in the frame, and from nobody else, and hands it to the shop's own back end.
const frame = document.querySelector('iframe');
const status = document.querySelector('[role=status]');

addEventListener('message', async ({ data, origin, source }) => {
  if (source !== frame.contentWindow || origin !== new URL(frame.src).origin) return;
  if (data?.type !== 'sms-verification') return;
  const body = new URLSearchParams({ ticket: data.ticket, state: data.state });
  const response = await fetch('/confirmed', { method: 'POST', body });
  status.textContent = await response.text();
});
