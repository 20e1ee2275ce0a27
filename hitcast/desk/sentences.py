"""The page's sentences in English and in Russian, by key."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "nothing_published": (
        "Nothing is published yet. Run `hitcast run`, then reload this page. The file that is looked for:",
        "Пока ничего не опубликовано. Запустите `hitcast run` и обновите страницу. Ожидаемый файл:",
    ),
    "published": (
        "Data through {day}. Published {moment}.",
        "Данные по {day}. Опубликовано {moment}.",
    ),
    "stale_data": (
        "These data are old: they end on {day}, days ago: {days}.",
        "Данные устарели: они кончаются {day}, дней назад: {days}.",
    ),
    "stale_publication": (
        "This is an old publication: {moment}, hours ago: {hours}. Has the nightly run failed?",
        "Публикация старая: {moment}, часов назад: {hours}. Не сорвался ли ночной запуск?",
    ),
    "upcoming.title": ("Upcoming releases", "Новые релизы"),
    "upcoming.empty": (
        "No release is within its first 30 days on {day}, the last day of data. The next one appears here after its "
        "first day on TikTok.",
        "На {day}, последний день данных, нет релизов моложе 30 дней. Следующий появится здесь после первого дня "
        "в TikTok.",
    ),
    "upcoming.no_match": (
        "No release matches these filters. Clear one of them to see more.",
        "Под эти фильтры не подходит ни один релиз. Снимите один из них.",
    ),
    "upcoming.no_watch": (
        "Your watchlist is empty. Pick a release below the table and add it; the page's address then carries the list.",
        "Ваш список пуст. Выберите релиз под таблицей и добавьте его; список сохранится в адресе страницы.",
    ),
    "upcoming.counted": (
        "Releases: {releases}. Worth promoting: {candidates}. Moved since the day before, by a fifth or a class: "
        "{moved}. Together they are expected to have {expected} VK streams in their first {horizon} days. "
        "Data through {day}.",
        "Релизов: {releases}. Стоит продвигать: {candidates}. Изменились за день, на пятую часть или класс: {moved}. "
        "Вместе за первые {horizon} дней ожидается прослушиваний VK: {expected}. Данные по {day}.",
    ),
    "upcoming.more": (
        "The first {shown} of {releases} are shown; the CSV has them all.",
        "Показаны первые {shown}, всего {releases}; в CSV есть все.",
    ),
    "upcoming.pick": (
        "Release (or tick its row in the table)",
        "Релиз (или отметьте строку в таблице)",
    ),
    "upcoming.first_title": (
        "First {count} of the list: VK streams in {days} days",
        "Первые {count} по списку: прослушивания VK за {days} дней",
    ),
    "upcoming.first_told": (
        "The first of them: {streams} streams, in 80 % of such cases between {lower} and {upper}.",
        "Первый из них: {streams} прослушиваний, в 80 % таких случаев от {lower} до {upper}.",
    ),
    "upcoming.columns_title": ("What the columns mean", "Что значат столбцы"),
    "upcoming.columns": (
        "Ranked by the worth of promoting, then by expected streams.\n\n"
        "- **Worth of promoting**: what is gained on average by promoting, in the cost units of `dbt_project.yml`: the "
        "chance of a hit times the cost of missing one, less the chance of none times the cost of a false positive. "
        "From 0 on, promoting pays.\n"
        "- **Expected**: mean of the forecast, so it adds up over releases. The 80 % interval holds the total of four "
        "releases in five.\n"
        "- **Since the day before**: change of the forecast against the one made with less data; empty for a new "
        "release.\n"
        "- **Class**: low, medium or high, by the total of the longest horizon.",
        "Порядок: польза продвижения, затем ожидаемые прослушивания.\n\n"
        "- **Польза продвижения**: что в среднем даёт продвижение, в единицах цены из `dbt_project.yml`: вероятность "
        "хита, умноженная на цену упущенного хита, минус вероятность его отсутствия, умноженная на цену напрасного "
        "продвижения. От 0 и выше продвигать выгодно.\n"
        "- **Ожидается**: среднее прогноза, его можно складывать по релизам. В интервал 80 % попадают итоги четырёх "
        "релизов из пяти.\n"
        "- **К прошлому дню**: изменение прогноза к сделанному по меньшим данным; пусто для нового релиза.\n"
        "- **Класс**: низкий, средний или высокий, по итогу за самый длинный срок.",
    ),
    "release.title": ("Release", "Релиз"),
    "release.pick": ("Release", "Релиз"),
    "release.pick_help": (
        "The latest 100 that match the search.",
        "Последние 100, подходящие под поиск.",
    ),
    "release.empty": (
        "Nothing is forecast yet. A release appears here after its first day on TikTok.",
        "Прогнозов пока нет. Релиз появится здесь после первого дня в TikTok.",
    ),
    "release.no_match": ("No release matches this search.", "Под этот поиск не подходит ни один релиз."),
    "release.unknown": (
        "No forecast is published for the release with this id:",
        "Для релиза с таким номером прогноз не опубликован:",
    ),
    "release.about": (
        "{label} · {genre} · out {released} · days known: {known} · data through {day}",
        "{label} · {genre} · вышел {released} · известно дней: {known} · данные по {day}",
    ),
    "release.refused": (
        "No forecast is made for this release:",
        "Прогноза для этого релиза нет (причина по-английски):",
    ),
    "release.total": ("VK streams in {days} days", "Прослушивания VK за {days} дней"),
    "release.interval": ("{level} %: {lower} to {upper}", "{level} %: от {lower} до {upper}"),
    "release.no_actual": ("Actual total not known yet.", "Фактический итог ещё не известен."),
    "release.actual": ("Actual total: {streams}.", "Фактический итог: {streams}."),
    "release.before": ("Forecast of {day}: {streams}.", "Прогноз от {day}: {streams}."),
    "release.class": (
        "Class **{name}**, chance of high {chance}: {advice}.",
        "Класс **{name}**, вероятность высокого {chance}: {advice}.",
    ),
    "release.fan": ("Forecast", "Прогноз"),
    "release.fan_title": ("From what is known to what may come", "От известного к возможному"),
    "release.fan_told": (
        "On day {days} since release {known} VK streams are known; with a chance of 90 % the total of {horizon} days "
        "lies between {lower} and {upper}.",
        "К дню {days} после выхода известно прослушиваний VK: {known}; с вероятностью 90 % итог за {horizon} дней "
        "окажется между {lower} и {upper}.",
    ),
    "release.narrowing": ("How it narrowed as days came", "Как прогноз сужался день за днём"),
    "release.horizon": ("Total of how many days", "Итог за сколько дней"),
    "release.narrowing_title": ("Total of {days} days", "Итог за {days} дней"),
    "release.narrowing_told": (
        "Total of {horizon} days, 80 % interval: with days known {first}, {first_lower} to {first_upper}; with {last}, "
        "{last_lower} to {last_upper}.",
        "Итог за {horizon} дней, интервал 80 %: при известных днях {first} от {first_lower} до {first_upper}; "
        "при {last} от {last_lower} до {last_upper}.",
    ),
    "release.narrowing_one": (
        "Total of {horizon} days: the only forecast so far, with days known {last}, says {last_lower} to {last_upper} "
        "at 80 %.",
        "Итог за {horizon} дней: единственный пока прогноз, при известных днях {last}, даёт от {last_lower} до "
        "{last_upper} при 80 %.",
    ),
    "release.why": ("Why", "Почему"),
    "release.why_told": (
        "What was seen, and what it does to the forecast against the usual release of the same day.",
        "Что было видно и как это меняет прогноз по сравнению с обычным релизом того же дня.",
    ),
    "release.days": ("{days} days", "{days} дней"),
    "release.by_kind": (
        "From the usual release to this forecast: {days} days",
        "От обычного релиза к этому прогнозу: {days} дней",
    ),
    "release.all_reasons": ("Reasons as a table", "Причины таблицей"),
    "release.no_reasons": (
        "Nothing sets this release apart: the forecast is that of the usual one.",
        "Релиз ничем не выделяется: прогноз такой же, как для обычного.",
    ),
    "release.similar": ("Past releases that began alike", "Прошлые релизы с похожим началом"),
    "release.similar_told": (
        "In {days} days they had between {least} and {most} VK streams, {middle} in the middle.",
        "За {days} дней они набрали от {least} до {most} прослушиваний VK, в середине {middle}.",
    ),
    "release.no_similar": (
        "No earlier release whose outcome is known has enough in common with this one.",
        "Среди релизов с известным итогом нет достаточно похожих.",
    ),
    "release.history": ("History of the forecast", "История прогноза"),
    "release.no_history": ("No history is published.", "История не опубликована."),
    "performance.title": ("How good is it", "Насколько точны прогнозы"),
    "performance.empty": (
        "No backtest is published: run `hitcast backtest`, then `hitcast run`.",
        "Проверка на прошлом не опубликована: запустите `hitcast backtest`, затем `hitcast run`.",
    ),
    "performance.no_choice": (
        "The backtest holds no forecast with this choice.",
        "Для такого выбора в проверке нет прогнозов.",
    ),
    "performance.streams": ("Stream totals, on past quarters", "Итоги прослушиваний, на прошлых кварталах"),
    "performance.classes": ("Commercial classes, on past quarters", "Коммерческие классы, на прошлых кварталах"),
    "performance.origin": ("Error by date of the forecast", "Ошибка по дате, с которой прогнозировали"),
    "performance.origin_told": (
        "RMSLE over dates: {origins}, the mean is {model}; the log-linear line of the streams so far has {line}. "
        "Lower is better. Releases: {releases}.",
        "RMSLE, дат: {origins}, в среднем {model}; у лог-линейной прямой по уже набранному {line}. Чем ниже, тем "
        "лучше. Релизов: {releases}.",
    ),
    "performance.size": ("Error by size of the release", "Ошибка по размеру релиза"),
    "performance.size_told": (
        "Half of the forecasts of the smallest releases are off by more than {small}, of the largest by more than "
        "{large}.",
        "У самых малых релизов половина прогнозов ошибается больше чем на {small}, у самых больших больше чем на "
        "{large}.",
    ),
    "performance.coverage": ("Totals inside their interval", "Итоги внутри своего интервала"),
    "performance.coverage_told": (
        "The 80 % interval held {of_80} of the totals, the 90 % interval {of_90}. Dashed: what they promise.",
        "В интервал 80 % попало {of_80} итогов, в интервал 90 % попало {of_90}. Пунктир: сколько обещано.",
    ),
    "performance.no_intervals": ("These forecasts have no intervals.", "У этих прогнозов нет интервалов."),
    "performance.calibration": ("Does a chance of 70 % come true in 70 %?", "Сбываются ли 70 % в 70 % случаев?"),
    "performance.calibration_told": (
        "Forecast chance of the class high against the share that became high, by tenths of the chance, larger where "
        "more releases are; on the dashed line they agree. hitcast is {gap} off on average. Releases: {releases}.",
        "Вероятность высокого класса и доля ставших высокими, по десятым вероятности, крупнее где больше "
        "релизов; на пунктире они совпадают. "
        "hitcast отклоняется в среднем на {gap}. Релизов: {releases}.",
    ),
    "performance.ratio": (
        "A false positive costs as much as how many missed hits?",
        "Скольким упущенным хитам равно напрасное продвижение?",
    ),
    "performance.ratio_help": (
        "It begins at the ratio of the costs that the published advice goes by.",
        "Начальное значение: отношение цен, по которому дан опубликованный совет.",
    ),
    "performance.costs_title": (
        "What deciding by it costs, at your own costs; lower is better",
        "Во что обходятся решения при ваших ценах; чем ниже, тем лучше",
    ),
    "performance.costs_told": (
        "At {ratio}: {model} missed hits per 100 releases by hitcast's chance, {line} by the log-linear class, {none} "
        "when none is promoted. By hitcast's chance promoted: {promoted} of {releases}, of them high: {hits}; high in "
        "all: {high}.",
        "При {ratio}: {model} упущенных хитов на 100 релизов по вероятности hitcast, {line} по лог-линейному классу, "
        "{none} без продвижения. По вероятности hitcast продвигаются: {promoted} из {releases}, из них высоких: "
        "{hits}; всего высоких: {high}.",
    ),
    "performance.live": ("Live forecasts", "Прогнозы в работе"),
    "performance.no_live": (
        "No live forecast has met its actual total yet.",
        "Ни один рабочий прогноз ещё не дождался фактического итога.",
    ),
    "performance.live_title": (
        "Error by month of release, days known: {days}",
        "Ошибка по месяцу выхода, известно дней: {days}",
    ),
    "performance.live_told": (
        "RMSLE of releases of {month}, total of {days} days: {value}. Releases: {releases}.",
        "RMSLE релизов за {month}, итог за {days} дней: {value}. Релизов: {releases}.",
    ),
    "performance.board": ("All metrics of the backtest", "Все метрики проверки"),
    "data.title": ("Data", "Данные"),
    "data.freshness": ("Freshness of the reports", "Свежесть отчётов"),
    "data.no_days": ("No report has been delivered.", "Отчёты ещё не приходили."),
    "data.days_title": ("{table}: last {days} days", "{table}: последние {days} дней"),
    "data.days_told": (
        "From {first} to {last} a delivered day has {middle} rows in the middle. Days missing: {missing}.",
        "С {first} по {last} в доставленном дне в середине {middle} строк. Дней нет: {missing}.",
    ),
    "data.delivered": ("delivered", "доставлен"),
    "data.missing_day": ("missing", "нет данных"),
    "data.missing": ("Missing days", "Пропущенные дни"),
    "data.none_missing": ("No day is missing.", "Пропущенных дней нет."),
    "data.rejects": ("Rejected rows", "Отклонённые строки"),
    "data.rejects_told": (
        "Rows rejected: {rows}.",
        "Отклонено строк: {rows}.",
    ),
    "data.no_rejects": ("No row was rejected.", "Отклонённых строк нет."),
    "data.by_file": ("Rejected rows by file", "Отклонённые строки по файлам"),
    "data.drift": ("Drift", "Дрейф признаков"),
    "data.no_drift": (
        "Too few releases are recent to tell whether features have drifted.",
        "Недавних релизов слишком мало, чтобы судить о дрейфе признаков.",
    ),
    "data.drift_title": ("How far features have moved since training", "Насколько признаки ушли от обучения"),
    "data.drift_told": (
        "Of the {main} main features, beyond their limit (violet tick): {beyond}. Recent releases: {releases}. "
        "Computed {moment}.",
        "Из главных признаков ({main}) за пределом (фиолетовая черта): {beyond}. Недавних релизов: {releases}. "
        "Рассчитано {moment}.",
    ),
    "data.within": ("within its limit", "в пределах"),
    "data.beyond": ("beyond its limit", "за пределом"),
    "data.all_features": ("All features", "Все признаки"),
    "data.published": ("What is published", "Что опубликовано"),
}
