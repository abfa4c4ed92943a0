import "./main.css";

import ui from "@nuxt/ui/vue-plugin";
import { createApp } from "vue";
import { createRouter, createWebHistory } from "vue-router";

import App from "./App.vue";

const router = createRouter({
  history: createWebHistory(),
  routes: [{ path: "/:path(.*)*", component: () => import("./pages/Welcome.vue") }],
});

createApp(App).use(router).use(ui).mount("#app");
