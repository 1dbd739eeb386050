import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// `npm run dev` serves the UI and passes API calls on to a running Daybook.
const server = process.env['DAYBOOK_URL'] ?? 'http://127.0.0.1:7070'

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2023',
    // The server's content policy allows no `data:` fonts or scripts: every asset is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      // The server compares Origin with Host, so Host must be passed on.
      '/api': { target: server, changeOrigin: false },
      '/healthz': { target: server, changeOrigin: false },
    },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'] },
})
