import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist', 'src/api/schema.d.ts', 'playwright-report', 'test-results'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js'] } },
    },
  },
  reactHooks.configs.flat['recommended-latest'],
  {
    rules: {
      // Event text is hostile: it is rendered as text, everywhere.
      'no-restricted-syntax': [
        'error',
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: 'Text from events is rendered as text, never as HTML.',
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          name: '@mantine/core',
          importNames: ['Popover', 'Tooltip'],
          message:
            'They weigh on the first load: use `Drop` of ui/Drop, and `data-hint` (ui/HintLayer).',
        },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Redirects and 404s of the router are thrown by design.
      '@typescript-eslint/only-throw-error': 'off',
    },
  },
  {
    files: ['src/ui/DropPanel.tsx', 'src/ui/HintTip.tsx'],
    rules: { 'no-restricted-imports': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['scripts/**'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  // `use` is what Playwright calls the body of a test in a fixture; there is no React in e2e.
  { files: ['e2e/**', 'screenshots/**'], rules: { 'react-hooks/rules-of-hooks': 'off' } },
  {
    files: ['public/**'],
    languageOptions: {
      globals: {
        localStorage: 'readonly',
        matchMedia: 'readonly',
        document: 'readonly',
        window: 'readonly',
      },
    },
  },
)
