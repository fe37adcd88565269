import { type FormEvent, useState } from 'react';
import { useVerification } from 'sms-verification-client/react';

export function App() {
  const { state, setMobile, loadCaptcha, ensureCaptcha, send, verify, back } = useVerification({
    endpoint: import.meta.env.VITE_SMS_ENDPOINT,
  });
  const [imageCode, setImageCode] = useState('');
  const [smsCode, setSmsCode] = useState('');

  async function onSend(event: FormEvent) {
    event.preventDefault();
    await send(imageCode);
    setImageCode(''); // the captcha is spent, right or wrong
  }

  function onVerify(event: FormEvent) {
    event.preventDefault();
    void verify(smsCode);
  }

  return (
    <>
      {state.step === 'confirmed' && <p>Welcome, {state.mobile}</p>}
      {state.step === 'code' && (
        <form onSubmit={onVerify}>
          <p>Sent to {state.mobile}</p>
          <label>
            SMS code{' '}
            <input
              inputMode="numeric"
              autoComplete="one-time-code"
              value={smsCode}
              onChange={(event) => setSmsCode(event.target.value)}
            />
          </label>
          <button type="submit">Confirm</button>
          <button type="button" onClick={back}>
            {state.wait ? `Another code in ${state.wait} s` : 'Another code'}
          </button>
        </form>
      )}
      {state.step === 'request' && (
        <form onSubmit={onSend} onFocus={ensureCaptcha} onKeyDown={ensureCaptcha}>
          <label>
            Mobile{' '}
            <input
              type="tel"
              autoComplete="tel-national"
              value={state.mobile}
              onChange={(event) => setMobile(event.target.value)}
            />
          </label>
          {state.wait === 0 && (
            <>
              <button type="button" onClick={() => loadCaptcha()}>
                <img src={state.captcha.source ?? undefined} alt="Captcha, click for another" />
              </button>
              <label>
                Captcha{' '}
                <input autoComplete="off" value={imageCode} onChange={(event) => setImageCode(event.target.value)} />
              </label>
            </>
          )}
          <button type="submit" disabled={state.busy !== null || state.wait > 0}>
            {state.wait ? `Available in ${state.wait} s` : 'Get SMS code'}
          </button>
        </form>
      )}
      <p role="status">{state.outcome?.errmsg || state.captcha.problem}</p>
    </>
  );
}
