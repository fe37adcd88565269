import { brotliCompressSync, gzipSync } from 'node:zlib';
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

/** Puts what browsers take compressed beside each file, so that a server's start has nothing to compress; src/http/page-files.ts reads it. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  generateBundle: {
    // Others take files out that turned out empty.
    order: 'post',
    handler(_options, bundle) {
      for (const [fileName, file] of Object.entries(bundle)) {
        // The server puts its settings into the pages.
        if (!/\.(js|css|svg)$/.test(fileName)) continue;
        const content = file.type === 'chunk' ? file.code : file.source;
        this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotliCompressSync(content) });
        this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(content, { level: 9 }) });
      }
    },
  },
};

// biome-ignore lint/style/noDefaultExport: vite reads the default export
export default defineConfig({
  plugins: [vue(), configOfServer, compressed],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  build: {
    // A slow machine is not told which plugin took how long.
    rolldownOptions: { input: ['web/index.html', 'web/return-refused.html'], checks: { pluginTimings: false } },
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
