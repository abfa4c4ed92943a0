export default {
  title: "Conversations",
} as const;
