import type { LineSettings, Texts } from "../types";

type TextSettings = { [K in keyof LineSettings]: LineSettings[K] extends Texts ? K : never }[keyof LineSettings];
/** Texts that are said to customers; a name is none. */
export type TextName = Exclude<TextSettings, "common_name">;

/**
 * Words to begin with, the same as the server's own. For most texts nothing is sent until somebody takes them
 * over; where `builtIn` says so, the server uses them while the text is empty.
 */
const WORDS: Record<Exclude<TextName, "rating_question_2">, Texts> = {
  greeting: {
    ru: "Здравствуйте! Спасибо, что написали нам. Мы получили ваше сообщение и скоро ответим.",
    en: "Hello! Thank you for writing to us. We have received your message and will answer shortly.",
  },
  place_text: {
    ru: "Сейчас все операторы заняты. Ваше место в очереди: {position}. Примерное ожидание: {wait}.",
    en: "All our operators are busy right now. Your place in the queue: {position}. Expected wait: {wait}.",
  },
  consent_text: {
    ru: "Продолжая переписку, вы соглашаетесь на обработку персональных данных.",
    en: "By writing on you agree that we keep and use what you tell us to answer you.",
  },
  off_hours_text: {
    ru: "Спасибо за сообщение! Сейчас операторов нет на месте, но мы его получили и обязательно ответим.",
    en: "Thank you for your message! Nobody is here right now, but we have received it and will answer.",
  },
  collected_text: {
    ru: "Спасибо, записали! Свяжемся с вами, как только откроемся.",
    en: "Thank you, we have written that down! We will get in touch as soon as we open.",
  },
  no_answer_text: {
    ru: "Простите, что заставляем ждать: сейчас все операторы заняты. Ответим, как только кто-то освободится.",
    en: "Sorry to keep you waiting: all our operators are busy. We will answer as soon as somebody is free.",
  },
  close_text: {
    ru: "Спасибо за обращение! Если появятся ещё вопросы, просто напишите сюда.",
    en: "Thank you for getting in touch! If you have another question, just write here.",
  },
  auto_close_text: {
    ru: "Похоже, вопрос решён, поэтому мы завершаем диалог. Если мы снова понадобимся, просто напишите сюда.",
    en: "It seems that all is settled, so we are closing this conversation. If you need us, just write here.",
  },
  rating_question: {
    ru: "Как мы справились? Оцените, пожалуйста, нашу помощь.",
    en: "How did we do? Please rate our help.",
  },
  rating_thanks_good: {
    ru: "Спасибо за оценку! Рады, что смогли помочь.",
    en: "Thank you for rating us! We are glad that we could help.",
  },
  rating_thanks_bad: {
    ru: "Спасибо за честную оценку. Жаль, что не справились лучше: обязательно разберёмся.",
    en: "Thank you for being frank. We are sorry that we did not do better and will look into it.",
  },
  rating_thanks_good_2: {
    ru: "Спасибо за оценку! Рады, что смогли помочь.",
    en: "Thank you for rating us! We are glad that we could help.",
  },
  rating_thanks_bad_2: {
    ru: "Спасибо за честную оценку. Жаль, что не справились лучше: обязательно разберёмся.",
    en: "Thank you for being frank. We are sorry that we did not do better and will look into it.",
  },
};

/** Off-hours words of a line that takes a contact: they have to ask for one. */
export const COLLECTS: Texts = {
  ru: "Спасибо за сообщение! Сейчас мы не работаем. Оставьте, пожалуйста, телефон или почту: ответим, когда откроемся.",
  en: "Thank you for your message! We are closed now. Please leave a phone number or an e-mail: we will get back to you when we open.",
};

/** The question for channels without a rating of their own names the digits, and those depend on the scale. */
const DIGITS: Record<"like" | "stars", Texts> = {
  like: {
    ru: "Оцените, пожалуйста, нашу помощь: отправьте 1, если всё хорошо, или 0, если нет.",
    en: "Please rate our help: send 1 if all is well, or 0 if it is not.",
  },
  stars: {
    ru: "Оцените, пожалуйста, нашу помощь: отправьте цифру от 1 (плохо) до 5 (отлично).",
    en: "Please rate our help: send a digit from 1 (bad) to 5 (excellent).",
  },
};

export const TEXT_NAMES = [...Object.keys(WORDS), "rating_question_2"] as TextName[];

export function suggestionFor(name: TextName, settings: Pick<LineSettings, "rating">): Texts {
  if (name === "rating_question_2") return DIGITS[settings.rating === "stars" ? "stars" : "like"];
  return WORDS[name];
}

/** While this text is empty the server says its own words, instead of nothing. */
export function isBuiltIn(name: TextName): boolean {
  return name.startsWith("rating") || name === "place_text";
}

/** What the words that customers get really are. */
export function effective(name: TextName, settings: LineSettings): Texts {
  const texts = settings[name];
  return texts.ru || texts.en || !isBuiltIn(name) ? texts : suggestionFor(name, settings);
}
