import { createVerification } from 'sms-verification-client';

const { request, code, another, picture, send, back, status } = Object.fromEntries(
  [...document.querySelectorAll('[id]')].map((element) => [element.id, element]),
);
const verification = createVerification({ endpoint: document.body.dataset.endpoint });

function show() {
  const { step, mobile, captcha, busy, wait, outcome } = verification.getState();
  request.hidden = step !== 'request';
  code.hidden = step !== 'code';
  if (request.elements.mobile.value !== mobile) request.elements.mobile.value = mobile;
  if (captcha.source) picture.src = captcha.source;
  send.disabled = busy !== null || wait > 0;
  send.textContent = wait > 0 ? `Available in ${wait} s` : 'Get SMS code';
  document.getElementById('sent-to').textContent = mobile;
  status.textContent = outcome?.errmsg || captcha.problem;
}

request.elements.mobile.addEventListener('input', (event) => verification.setMobile(event.target.value));
request.addEventListener('focusin', () => verification.ensureCaptcha());
request.addEventListener('keydown', () => verification.ensureCaptcha());
another.addEventListener('click', () => verification.loadCaptcha());
back.addEventListener('click', () => verification.back());
request.addEventListener('submit', async (event) => {
  event.preventDefault();
  await verification.send(request.elements.answer.value);
  request.elements.answer.value = ''; // the captcha is spent, right or wrong
});
code.addEventListener('submit', (event) => {
  event.preventDefault();
  verification.verify(code.elements.code.value);
});

verification.subscribe(show);
verification.start();
show();
