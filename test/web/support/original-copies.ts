/** How a front end in the manner of the original differs from the others; the code is JavaScript that runs in the page. */
export interface OriginalCopy {
  /** The value of ORIGINAL_API that fits it. */
  dialect: string;
  /** Path of a picture, of `uuid`. */
  picture: string;
  /** Path and query of a send, of `mobile`, `answer` and `uuid`. */
  send: string;
  /** Whether a reply is a success, of `status` and `data`. */
  success: string;
  /** Whether a failure concerns the captcha; the others are shown beside the SMS code. */
  aboutCaptcha: string;
  /** What a failure says. */
  text: string;
  /** Letters that the page wants of an answer: exactly so many; 0 for any. */
  letters: number;
}

const TABLE: OriginalCopy = {
  dialect: '1',
  picture: "'/image_codes/' + uuid + '/'",
  send: "'/sms_codes/' + mobile + '/?image_code=' + answer + '&uuid=' + uuid",
  success: 'data.code === 200',
  aboutCaptcha: '/图形/.test(data.errmsg)',
  text: 'data.errmsg',
  letters: 0,
};

/** One page of each kind that docs/original-api.md names. */
export const COPIES: readonly OriginalCopy[] = [
  TABLE,
  {
    ...TABLE,
    dialect: 'listing',
    send: "'/sms_codes/' + mobile + '/?img_code=' + answer + '&uid=' + uuid",
    success: 'data.code === 0',
  },
  {
    ...TABLE,
    dialect: 'strings-4',
    send: "'/sms_codes/' + mobile + '/?image_code=' + answer + '&image_code_id=' + uuid",
    success: "data.code === '0'",
    aboutCaptcha: "data.code === '4001'",
    letters: 4,
  },
  {
    ...TABLE,
    dialect: 'numbers-4',
    send: "'/sms_codes/' + mobile + '?image_code=' + answer + '&uuid=' + uuid",
    success: 'data.code === 0',
    aboutCaptcha: 'data.code === 4001',
    letters: 4,
  },
  {
    dialect: 'status',
    picture: "'/verifications/imagecodes/' + uuid + '/'",
    send: "'/verifications/smscodes/' + mobile + '/?text=' + answer + '&image_code_id=' + uuid",
    success: 'status < 300',
    aboutCaptcha: '/图形/.test(data.message)',
    text: 'data.message',
    letters: 0,
  },
];

/** The page; `host` is where the server stands, '' for its own origin, and `credentials` as in fetch. */
export function originalPage(copy: OriginalCopy, host: string, credentials: string): string {
  return `<!doctype html><meta charset="utf-8"><title>用户注册</title>
<label>手机号 <input id="mobile"></label>
<label>图形验证码 <input id="answer"></label><img id="picture" alt="图形验证码"><span id="answer-error"></span>
<button id="send">获取短信验证码</button><span id="sms-error"></span>
<script>
const host = ${JSON.stringify(host)};
const $ = (id) => document.getElementById(id);
let uuid;
function newPicture() {
  uuid = crypto.randomUUID();
  $('picture').src = host + ${copy.picture};
}
$('picture').onclick = newPicture;
$('send').onclick = async () => {
  const [mobile, answer] = [$('mobile').value, $('answer').value];
  $('answer-error').textContent = $('sms-error').textContent = '';
  if (${copy.letters} && answer.length !== ${copy.letters}) {
    $('answer-error').textContent = '请填写图片验证码';
    return;
  }
  const response = await fetch(host + ${copy.send}, { credentials: '${credentials}' });
  const status = response.status, data = await response.json();
  if (${copy.success}) {
    let seconds = 60;
    const tick = () => { $('send').textContent = seconds-- + '秒'; };
    tick();
    setInterval(tick, 1000);
  } else {
    $(${copy.aboutCaptcha} ? 'answer-error' : 'sms-error').textContent = ${copy.text};
    newPicture();
  }
};
newPicture();
</script>`;
}
