import { type FormEvent, useEffect, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { GetCaptchaDocument, SendSmsCodeDocument, VerifySmsCodeDocument } from './generated/graphql';

export function ReactConfirm() {
  const [mobile, setMobile] = useState('');
  const [imageCode, setImageCode] = useState('');
  const [smsCode, setSmsCode] = useState('');
  const [message, setMessage] = useState('');
  const [wait, setWait] = useState(0);
  const [request, setRequest] = useState(''); // the uuid that the code was asked for with

  const [captcha, reloadCaptcha] = useQuery({ query: GetCaptchaDocument, variables: {} });
  const [sent, sendSmsCode] = useMutation(SendSmsCodeDocument);
  const [, verifySmsCode] = useMutation(VerifySmsCodeDocument);

  useEffect(() => {
    if (wait === 0) return;
    const tick = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(tick);
  }, [wait]);

  async function send() {
    const uuid = captcha.data?.imageCaptcha.uuid;
    if (!uuid) return;
    const { data } = await sendSmsCode({ mobile, imageCode, uuid });
    setMessage(data?.sendSmsCode.errmsg ?? 'The server cannot be reached');
    if (!data) return;
    const { reason, retryAfter } = data.sendSmsCode;
    setWait(retryAfter ?? 0);
    if (reason === 'OK' || reason === 'SMS_UNCONFIRMED') setRequest(uuid);
    if (reason === 'MISSING_PARAMETER' || reason === 'MOBILE_INVALID') return;
    setImageCode(''); // the captcha is spent, right or wrong
    reloadCaptcha();
  }

  async function verify(event: FormEvent) {
    event.preventDefault();
    const { data } = await verifySmsCode({ mobile, smsCode, uuid: request });
    setMessage(data?.verifySmsCode.errmsg ?? 'The server cannot be reached');
  }

  return (
    <form onSubmit={verify}>
      <label>
        Mobile{' '}
        <input
          type="tel"
          inputMode="numeric"
          autoComplete="tel-national"
          value={mobile}
          onChange={(event) => setMobile(event.target.value)}
        />
      </label>
      <button type="button" onClick={() => reloadCaptcha()}>
        <img src={captcha.data?.imageCaptcha.image ?? undefined} alt="Captcha, click for another" />
      </button>
      <label>
        Captcha <input autoComplete="off" value={imageCode} onChange={(event) => setImageCode(event.target.value)} />
      </label>
      <label>
        SMS code{' '}
        <input
          inputMode="numeric"
          autoComplete="one-time-code"
          value={smsCode}
          onChange={(event) => setSmsCode(event.target.value)}
        />
      </label>
      <button type="button" disabled={sent.fetching || wait > 0} onClick={send}>
        {wait || 'Get SMS code'}
      </button>
      <button type="submit">Confirm</button>
      <p role="status">{message}</p>
    </form>
  );
}
