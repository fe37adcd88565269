import { useApolloClient } from '@apollo/client/react';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { GetCaptchaDocument, SendSmsCodeDocument, VerifySmsCodeDocument } from 'sms-verification-client/documents';

/** For an application that has an Apollo Client already. What it does by hand, `useVerification` does by itself. */
export function Confirm() {
  const client = useApolloClient();
  const [mobile, setMobile] = useState('');
  const [captcha, setCaptcha] = useState<{ uuid: string; image: string }>();
  const [imageCode, setImageCode] = useState('');
  const [sent, setSent] = useState<{ mobile: string; uuid: string }>();
  const [smsCode, setSmsCode] = useState('');
  const [message, setMessage] = useState('');

  const loadCaptcha = useCallback(async () => {
    const { data } = await client.query({ query: GetCaptchaDocument, variables: {} });
    const { uuid, image, errmsg } = data?.imageCaptcha ?? {};
    if (uuid && image) setCaptcha({ uuid, image });
    else setMessage(errmsg ?? '');
  }, [client]);
  /** No answer came; whatever the server says is data. */
  const unreachable = useCallback(() => setMessage('The server cannot be reached'), []);
  useEffect(() => void loadCaptcha().catch(unreachable), [loadCaptcha, unreachable]);

  async function send(event: FormEvent) {
    event.preventDefault();
    if (!captcha) return;
    const variables = { mobile, imageCode, uuid: captcha.uuid };
    const { data } = await client.mutate({ mutation: SendSmsCodeDocument, variables });
    const { reason, errmsg } = data?.sendSmsCode ?? {};
    setMessage(errmsg ?? '');
    if (reason === 'OK' || reason === 'SMS_UNCONFIRMED') return setSent({ mobile, uuid: captcha.uuid });
    if (reason === 'MISSING_PARAMETER' || reason === 'MOBILE_INVALID') return;
    setImageCode(''); // the captcha is spent, right or wrong
    await loadCaptcha();
  }

  async function verify(event: FormEvent) {
    event.preventDefault();
    if (!sent) return;
    const { data } = await client.mutate({
      mutation: VerifySmsCodeDocument,
      variables: { ...sent, smsCode }, // a code belongs to the request that asked for it
    });
    setMessage(data?.verifySmsCode.errmsg ?? '');
  }

  return (
    <>
      {sent ? (
        <form onSubmit={(event) => void verify(event).catch(unreachable)}>
          <p>Sent to {sent.mobile}</p>
          <label>
            SMS code <input value={smsCode} onChange={(event) => setSmsCode(event.target.value)} />
          </label>
          <button type="submit">Confirm</button>
        </form>
      ) : (
        <form onSubmit={(event) => void send(event).catch(unreachable)}>
          <label>
            Mobile <input type="tel" value={mobile} onChange={(event) => setMobile(event.target.value)} />
          </label>
          <img src={captcha?.image} alt="Captcha" />
          <label>
            Captcha <input value={imageCode} onChange={(event) => setImageCode(event.target.value)} />
          </label>
          <button type="submit">Get SMS code</button>
        </form>
      )}
      <p role="status">{message}</p>
    </>
  );
}
