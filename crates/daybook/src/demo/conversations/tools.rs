//! The tools that the company's assistants may call.

use super::Tool;

pub(super) static GET_ORDER: Tool = Tool {
    name: "get_order",
    description: "Looks up an order with its lines, payment and shipment.",
    parameters: &[["order_id", "string", "The order number, such as A-20731"]],
};

pub(super) static REFUND_ORDER: Tool = Tool {
    name: "refund_order",
    description: "Refunds part or all of an order to the original payment method.",
    parameters: &[
        ["order_id", "string", "The order number"],
        ["amount", "number", "Amount in the order's currency"],
        ["reason", "string", "Why, as the customer will read it"],
    ],
};

pub(super) static SEARCH_DOCS: Tool = Tool {
    name: "search_docs",
    description: "Searches the company handbook and returns the best passages.",
    parameters: &[
        ["query", "string", "What to look for"],
        ["limit", "integer", "How many passages, at most 10"],
    ],
};

pub(super) static RUN_SQL: Tool = Tool {
    name: "run_sql",
    description: "Runs a read-only query on the warehouse and returns at most 100 rows.",
    parameters: &[["sql", "string", "One SELECT statement"]],
};

pub(super) static READ_FILE: Tool = Tool {
    name: "read_file",
    description: "Reads a file of the repository.",
    parameters: &[["path", "string", "Path from the root of the repository"]],
};

pub(super) static RUN_TESTS: Tool = Tool {
    name: "run_tests",
    description: "Runs the tests whose name contains a filter.",
    parameters: &[["filter", "string", "Part of a test's name"]],
};

pub(super) static CALENDAR: Tool = Tool {
    name: "find_free_slots",
    description: "Finds times at which all people are free.",
    parameters: &[
        ["people", "array", "Mail addresses"],
        ["minutes", "integer", "Length of the meeting"],
        ["within", "string", "ISO 8601 interval"],
    ],
};

pub(super) static WEATHER: Tool = Tool {
    name: "get_forecast",
    description: "Weather forecast of a city for a day.",
    parameters: &[
        ["city", "string", "Name of the city"],
        ["date", "string", "ISO 8601 date"],
    ],
};
