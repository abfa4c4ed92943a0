import pluginVue from "eslint-plugin-vue";
import globals from "globals";
import tseslint from "typescript-eslint";
import vueParser from "vue-eslint-parser";

// What people write is shown as text. Whatever turns a string into markup stays out of the sources.
const NO_MARKUP = [
  {
    selector: "AssignmentExpression > MemberExpression[property.name=/^(innerHTML|outerHTML|srcdoc)$/]",
    message: "Set text, never markup.",
  },
  { selector: "CallExpression[callee.property.name='insertAdjacentHTML']", message: "Set text, never markup." },
  { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Set text, never markup." },
];

const promises = {
  "@typescript-eslint/no-floating-promises": "error",
  "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
  "@typescript-eslint/await-thenable": "error",
};

/** A part of the web may not reach into its neighbours. */
const without = (...patterns) => ({
  "no-restricted-imports": ["error", { patterns: [{ group: patterns, message: "Not from this part of the web." }] }],
});

export default tseslint.config(
  { ignores: ["**/node_modules/", "**/dist/", "**/.generated/"] },
  ...tseslint.configs.strict,
  ...pluginVue.configs["flat/recommended"],
  {
    files: ["**/*.{ts,tsx,vue}"],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["vitest.config.ts", "*/vite.config.ts", "workspace/build/*.ts"] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: [".vue"],
      },
    },
    rules: {
      ...promises,
      eqeqeq: "error",
      "no-console": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-restricted-syntax": ["error", ...NO_MARKUP],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-import-type-side-effects": "error",
    },
  },
  {
    files: ["**/*.vue"],
    languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser }, globals: globals.browser },
    rules: {
      "vue/multi-word-component-names": "off",
      "vue/no-v-html": "error",
      "vue/component-api-style": ["error", ["script-setup"]],
      "vue/block-lang": ["error", { script: { lang: "ts" } }],
      "vue/require-default-prop": "off",
      // Where lines break is left to the writer.
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/multiline-html-element-content-newline": "off",
      "vue/html-self-closing": "off",
      "vue/html-indent": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/first-attribute-linebreak": "off",
    },
  },
  {
    files: ["client/src/**"],
    rules: {
      ...without("@openlines/w*", "vue", "vue-router", "@nuxt/*", "preact", "preact/*", "node:*"),
      "no-restricted-globals": [
        "error",
        ...["window", "document", "navigator", "location", "localStorage", "sessionStorage", "fetch", "WebSocket"].map(
          (name) => ({ name, message: "The client knows no browser; take it as a parameter." }),
        ),
      ],
    },
  },
  { files: ["client/src/**/*.test.ts"], rules: { "no-restricted-imports": "off" } },
  { files: ["widget/src/**"], rules: without("@openlines/workspace", "vue", "vue-router", "@nuxt/*") },
  { files: ["workspace/src/**"], rules: without("@openlines/widget", "preact", "preact/*") },
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: { globals: globals.node },
    rules: { "no-console": "off" },
  },
);
