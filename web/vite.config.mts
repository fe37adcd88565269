import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';

const SERVER = 'http://localhost:4000';

/** While the page is worked on: vite serves it, and the server says how it is set up and what a link may ask for. */
const configOfServer: Plugin = {
  name: 'config-of-server',
  apply: 'serve',
  async transformIndexHtml(html, { originalUrl = '/' }) {
    const served = await (await fetch(new URL(originalUrl, SERVER))).text();
    const [config = ''] = /<script type="application\/json".*?<\/script>/.exec(served) ?? [];
    return html.replace('</head>', () => `${config}</head>`);
  },
};

// biome-ignore lint/style/noDefaultExport: vite reads the default export
export default defineConfig({
  plugins: [vue(), configOfServer],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  build: {
    rolldownOptions: { input: ['web/index.html', 'web/return-refused.html'] },
    outDir: '../dist/web',
    emptyOutDir: true,
    // Everything is a file of its own origin, so that the Content-Security-Policy needs no exception.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
  server: {
    proxy: { '/graphql': SERVER, '/dev': SERVER },
  },
});
