import "./main.css";
import "./app/theme";

import ui from "@nuxt/ui/vue-plugin";
import { createApp } from "vue";

import App from "./App.vue";
import { startLanguage } from "./i18n";
import { router } from "./router";

// The words first, so that even "the server cannot be reached" can be said; they come with the page.
await startLanguage();
createApp(App).use(router).use(ui).mount("#app");
