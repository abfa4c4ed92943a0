import type { SameKeys } from "../engine";
import type en from "./quality.en";

// Качество: l_ название, h_ пояснение, o_ значение, oh_ пояснение значения, z_ что значит ноль.
export default {
  customersRating: "Оценка клиента",
  l_rating: "Просить оценку",
  h_rating: "После разговора",
  o_rating_off: "Не просить",
  oh_rating_off: "Клиентов не спрашивают.",
  o_rating_like: "Понравилось или нет",
  oh_rating_like: "Одно нажатие; отвечает большинство.",
  o_rating_stars: "От одной до пяти звёзд",
  oh_rating_stars: "Точнее, но отвечают реже.",
  textsWithButtons: "На сайте",
  textsWithButtonsHelp: "Оценка стоит прямо в чате, её нажимают.",
  textsWithDigits: "В других каналах",
  textsWithDigitsLike: "Где нет кнопок, клиент отправляет 1 или 0: скажите об этом в тексте.",
  textsWithDigitsStars: "Где нет кнопок, клиент отправляет цифру от 1 до 5: скажите об этом в тексте.",
  l_rating_question: "Вопрос",
  l_rating_thanks_good: "Спасибо за хорошую оценку",
  l_rating_thanks_bad: "Ответ на плохую оценку",
  l_rating_question_2: "Вопрос, другие каналы",
  l_rating_thanks_good_2: "Спасибо за хорошую",
  l_rating_thanks_bad_2: "Ответ на плохую",
  onTheWebsite: "На сайте",
  elsewhere: "В других каналах",
  l_rating_limit: "Время на оценку",
  h_rating_limit: "На более позднюю отвечаем: время вышло.",
  z_rating_limit: "без предела",
  l_rating_before_finish: "Оценка в любое время",
  h_rating_before_finish: "В чате на сайте клиент может оценить и до завершения.",
  l_close_after_rating: "Закрывать сразу после оценки",
  h_close_after_rating: "Иначе обращение закроется в обычное время.",
  ratingComment:
    "После оценки клиент может добавить пару слов: в чате на сайте сразу, в других каналах кнопкой или знаком «+». Они стоят рядом с оценкой.",
  headsRating: "Оценка руководителя",
  headsRatingAbout:
    "Руководитель оператора (своего отдела или вышестоящего) и администраторы ставят обращению от 1 до 5 с комментарием в любое время: на панели рядом с ним. Оператор узнаёт об этом, клиент — никогда.",
} satisfies SameKeys<typeof en>;
