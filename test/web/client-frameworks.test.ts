import { describeInChromium } from './support/chromium';
import { bundled, openForm } from './support/client-script';
import { pageForAll } from './support/page-for-all';
import { FOR_MANY } from './support/page-server';

/** A component that shows its step, and can be taken off the page again. */
const COMPONENTS = {
  react: `
    import { createElement } from 'react';
    import { createRoot } from 'react-dom/client';
    import { useVerification } from './react';
    const root = createRoot(document.getElementById('form'));
    const Form = () => {
      globalThis.v = useVerification({ endpoint: '/graphql', language: 'en' });
      return createElement('p', null, v.state.captcha.status + ' ' + v.state.mobile);
    };
    root.render(createElement(Form));
    globalThis.unmount = () => root.unmount();`,
  vue: `
    import { createApp, h } from 'vue';
    import { useVerification } from './vue';
    const app = createApp({
      setup() {
        globalThis.v = useVerification({ endpoint: '/graphql', language: 'en' });
        return () => h('p', v.state.value.captcha.status + ' ' + v.state.value.mobile);
      },
    });
    app.mount('#form');
    globalThis.unmount = () => app.unmount();`,
};

describeInChromium('A component that uses the client', () => {
  const here = pageForAll(FOR_MANY);

  test.each(Object.entries(COMPONENTS))(
    'in %s, shows every change, and once it is gone asks for nothing and listens to nothing',
    async (_, contents) => {
      const page = await here.browser.newPage();
      let captchasAsked = 0;
      page.on('request', (request) => {
        if (request.postData()?.includes('imageCaptcha')) captchasAsked += 1;
      });
      const script = `
        // What is listened to, and what is waited for.
        listeners = new Map();
        const count = (type, by) => {
          if (type === 'online' || type === 'visibilitychange') listeners.set(type, (listeners.get(type) ?? 0) + by);
        };
        const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
        EventTarget.prototype.addEventListener = function (type, listener, options) {
          count(type, 1);
          if (options?.signal) add.call(options.signal, 'abort', () => count(type, -1));
          return add.call(this, type, listener, options);
        };
        EventTarget.prototype.removeEventListener = function (type, ...others) {
          count(type, -1);
          return remove.call(this, type, ...others);
        };
        ${bundled(contents)}`;
      await openForm(page, here.server.url, script);
      await page.getByText('ready').waitFor();
      await page.evaluate("v.setMobile('13800138000')");
      await page.getByText('ready 13800138000').waitFor();
      expect(await page.evaluate('[...listeners.values()]')).toEqual([1, 1]);

      await page.evaluate('unmount()');
      await page.getByText('ready').waitFor({ state: 'detached' });
      expect(await page.evaluate('[...listeners.values()]')).toEqual([0, 0]);
      here.server.ahead += 400_000;
      await page.clock.fastForward(400_000);
      await page.evaluate("fetch('/healthz')");
      expect(captchasAsked).toBe(1);
      await page.close();
    },
  );
});
