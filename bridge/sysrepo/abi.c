/*
 * Proves that the Rust declarations fit the installed libyang and sysrepo, and reads the fields of
 * their structures, so that no layout is repeated in Rust.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>
#include <libyang/plugins_exts.h>
#include <sysrepo.h>
#include <sysrepo/error_format.h>
#include <sysrepo/netconf_acm.h>

/* The headers spell this type out where it is used. */
typedef void (*ruru_destructor)(void *);

/* Written by build.rs from src/sys: prototypes, callback types and constants. */
#include "abi_check.h"

_Static_assert(sizeof(struct timespec) == 16, "timespec");
_Static_assert(offsetof(struct timespec, tv_sec) == 0, "timespec.tv_sec");
_Static_assert(offsetof(struct timespec, tv_nsec) == 8, "timespec.tv_nsec");
_Static_assert(sizeof(((struct timespec *)0)->tv_sec) == 8, "timespec.tv_sec");
_Static_assert(sizeof(((struct timespec *)0)->tv_nsec) == 8, "timespec.tv_nsec");
_Static_assert(sizeof(LY_ERR) == 4, "LY_ERR");
_Static_assert(sizeof(sr_error_t) == 4, "sr_error_t");
_Static_assert(sizeof(ly_bool) == 1, "ly_bool");

/* Errors. */

const struct ly_err_item *ruru_ly_err_next(const struct ly_err_item *item) { return item->next; }
uint32_t ruru_ly_err_level(const struct ly_err_item *item) { return item->level; }
uint32_t ruru_ly_err_code(const struct ly_err_item *item) { return item->err; }
const char *ruru_ly_err_message(const struct ly_err_item *item) { return item->msg; }
const char *ruru_ly_err_data_path(const struct ly_err_item *item) { return item->data_path; }
const char *ruru_ly_err_schema_path(const struct ly_err_item *item) { return item->schema_path; }
const char *ruru_ly_err_app_tag(const struct ly_err_item *item) { return item->apptag; }
uint64_t ruru_ly_err_line(const struct ly_err_item *item) { return item->line; }

uint32_t ruru_sr_error_count(const sr_error_info_t *info) { return info ? info->err_count : 0; }
const sr_error_info_err_t *ruru_sr_error_at(const sr_error_info_t *info, uint32_t index) {
    return &info->err[index];
}
uint32_t ruru_sr_error_code(const sr_error_info_err_t *error) { return error->err_code; }
const char *ruru_sr_error_message(const sr_error_info_err_t *error) { return error->message; }
const char *ruru_sr_error_format(const sr_error_info_err_t *error) { return error->error_format; }

/* Sets. */

uint32_t ruru_set_count(const struct ly_set *set) { return set->count; }
struct lyd_node *ruru_set_node(const struct ly_set *set, uint32_t index) {
    return set->dnodes[index];
}

/* Modules. */

const struct ly_ctx *ruru_module_context(const struct lys_module *module) { return module->ctx; }
const char *ruru_module_name(const struct lys_module *module) { return module->name; }
const char *ruru_module_revision(const struct lys_module *module) { return module->revision; }
const char *ruru_module_namespace(const struct lys_module *module) { return module->ns; }
const char *ruru_module_prefix(const struct lys_module *module) { return module->prefix; }
int ruru_module_is_implemented(const struct lys_module *module) { return module->implemented; }
int ruru_module_has_source(const struct lys_module *module) { return module->parsed != NULL; }
const struct lysc_module *ruru_module_compiled(const struct lys_module *module) {
    return module->compiled;
}
const char *ruru_module_feature(const struct lys_module *module, uint64_t index) {
    if (!module->compiled || index >= LYA_COUNT(module->compiled->features)) {
        return NULL;
    }
    return module->compiled->features[index];
}
const char *ruru_module_submodule(const struct lys_module *module, uint64_t index) {
    return index < LYA_COUNT(module->submodules) ? module->submodules[index].name : NULL;
}
const char *ruru_module_submodule_revision(const struct lys_module *module, uint64_t index) {
    return index < LYA_COUNT(module->submodules) ? module->submodules[index].revision : NULL;
}
const char *ruru_module_deviator(const struct lys_module *module, uint64_t index) {
    return index < LYA_COUNT(module->deviated_by) ? module->deviated_by[index]->name : NULL;
}
uint32_t ruru_print_submodule(const struct ly_ctx *ctx, const char *name, const char *revision,
        uint32_t format, char **text) {
    const struct lysp_submodule *submodule = revision
            ? ly_ctx_get_submodule(ctx, name, revision)
            : ly_ctx_get_submodule_latest(ctx, name);
    struct ly_out *out = NULL;
    LY_ERR result;

    *text = NULL;
    if (!submodule) {
        return LY_ENOTFOUND;
    }
    result = ly_out_new_memory(text, 0, &out);
    if (!result) {
        result = lys_print_submodule(out, submodule, (LYS_OUTFORMAT)format, 0, 0);
        ly_out_free(out, NULL, 0);
    }
    return result;
}

/* Schema nodes and types. */

uint16_t ruru_schema_kind(const struct lysc_node *node) { return node->nodetype; }
uint16_t ruru_schema_flags(const struct lysc_node *node) { return node->flags; }
const char *ruru_schema_name(const struct lysc_node *node) { return node->name; }
const char *ruru_schema_description(const struct lysc_node *node) { return node->dsc; }
const struct lys_module *ruru_schema_module(const struct lysc_node *node) { return node->module; }
const struct lysc_node *ruru_schema_parent(const struct lysc_node *node) { return node->parent; }
const struct lysc_type *ruru_schema_type(const struct lysc_node *node) {
    switch (node->nodetype) {
    case LYS_LEAF:
        return ((const struct lysc_node_leaf *)node)->type;
    case LYS_LEAFLIST:
        return ((const struct lysc_node_leaflist *)node)->type;
    default:
        return NULL;
    }
}
const char *ruru_schema_units(const struct lysc_node *node) {
    switch (node->nodetype) {
    case LYS_LEAF:
        return ((const struct lysc_node_leaf *)node)->units;
    case LYS_LEAFLIST:
        return ((const struct lysc_node_leaflist *)node)->units;
    default:
        return NULL;
    }
}
const char *ruru_schema_default(const struct lysc_node *node, uint64_t index) {
    const struct lysc_node_leaflist *list;

    switch (node->nodetype) {
    case LYS_LEAF:
        return index ? NULL : ((const struct lysc_node_leaf *)node)->dflt.str;
    case LYS_LEAFLIST:
        list = (const struct lysc_node_leaflist *)node;
        return index < LYA_COUNT(list->dflts) ? list->dflts[index].str : NULL;
    default:
        return NULL;
    }
}
uint32_t ruru_schema_min(const struct lysc_node *node) {
    switch (node->nodetype) {
    case LYS_LIST:
        return ((const struct lysc_node_list *)node)->min;
    case LYS_LEAFLIST:
        return ((const struct lysc_node_leaflist *)node)->min;
    default:
        return 0;
    }
}
uint32_t ruru_schema_max(const struct lysc_node *node) {
    switch (node->nodetype) {
    case LYS_LIST:
        return ((const struct lysc_node_list *)node)->max;
    case LYS_LEAFLIST:
        return ((const struct lysc_node_leaflist *)node)->max;
    default:
        return 0;
    }
}
static const struct lysc_node *ruru_nth(const struct lysc_node *first, uint32_t index) {
    while (first && index--) {
        first = first->next;
    }
    return first;
}
const struct lysc_node *ruru_schema_action(const struct lysc_node *node, uint32_t index) {
    return ruru_nth((const struct lysc_node *)lysc_node_actions(node), index);
}
const struct lysc_node *ruru_schema_notification(const struct lysc_node *node, uint32_t index) {
    return ruru_nth((const struct lysc_node *)lysc_node_notifs(node), index);
}
int ruru_schema_has_when(const struct lysc_node *node) { return lysc_has_when(node) != NULL; }

uint32_t ruru_type_base(const struct lysc_type *type) { return type->basetype; }
const char *ruru_type_name(const struct lysc_type *type) { return type->name; }
const struct lysc_type *ruru_type_real(const struct lysc_type *type) {
    while (type->basetype == LY_TYPE_LEAFREF) {
        type = ((const struct lysc_type_leafref *)type)->realtype;
    }
    return type;
}
const struct lysc_type *ruru_type_member(const struct lysc_type *type, uint64_t index) {
    const struct lysc_type_union *members = (const struct lysc_type_union *)type;

    if (type->basetype != LY_TYPE_UNION || index >= LYA_COUNT(members->types)) {
        return NULL;
    }
    return members->types[index];
}
const char *ruru_type_enum(const struct lysc_type *type, uint64_t index) {
    const struct lysc_type_enum *names = (const struct lysc_type_enum *)type;

    if (type->basetype != LY_TYPE_ENUM || index >= LYA_COUNT(names->enums)) {
        return NULL;
    }
    return names->enums[index].name;
}
const char *ruru_type_pattern(const struct lysc_type *type, uint64_t index) {
    const struct lysc_type_str *text = (const struct lysc_type_str *)type;

    if (type->basetype != LY_TYPE_STRING || index >= LYA_COUNT(text->patterns)) {
        return NULL;
    }
    return text->patterns[index]->expr;
}
uint8_t ruru_type_fraction_digits(const struct lysc_type *type) {
    if (type->basetype != LY_TYPE_DEC64) {
        return 0;
    }
    return ((const struct lysc_type_dec *)type)->fraction_digits;
}
/* The range of numbers, or the length of strings and binaries. */
int ruru_type_range(const struct lysc_type *type, uint64_t index, int64_t *min, int64_t *max) {
    const struct lysc_range *range = NULL;

    switch (type->basetype) {
    case LY_TYPE_UINT8:
    case LY_TYPE_UINT16:
    case LY_TYPE_UINT32:
    case LY_TYPE_UINT64:
    case LY_TYPE_INT8:
    case LY_TYPE_INT16:
    case LY_TYPE_INT32:
    case LY_TYPE_INT64:
        range = ((const struct lysc_type_num *)type)->range;
        break;
    case LY_TYPE_DEC64:
        range = ((const struct lysc_type_dec *)type)->range;
        break;
    case LY_TYPE_STRING:
        range = ((const struct lysc_type_str *)type)->length;
        break;
    case LY_TYPE_BINARY:
        range = ((const struct lysc_type_bin *)type)->length;
        break;
    default:
        break;
    }
    if (!range || index >= LYA_COUNT(range->parts)) {
        return 0;
    }
    *min = range->parts[index].min_64;
    *max = range->parts[index].max_64;
    return 1;
}

/* Data nodes, metadata and attributes. */

const struct lysc_node *ruru_node_schema(const struct lyd_node *node) { return node->schema; }
const char *ruru_node_name(const struct lyd_node *node) { return LYD_NAME(node); }
struct lyd_node *ruru_node_child(const struct lyd_node *node) { return lyd_child_any(node); }
struct lyd_node *ruru_node_parent(const struct lyd_node *node) { return node->parent; }
struct lyd_node *ruru_node_next(const struct lyd_node *node) { return node->next; }
const char *ruru_node_value(const struct lyd_node *node) { return lyd_get_value(node); }
const struct lysc_type *ruru_node_value_type(const struct lyd_node *node) {
    if (!node->schema || !(node->schema->nodetype & LYD_NODE_TERM)) {
        return NULL;
    }
    return ((const struct lyd_node_term *)node)->value.realtype;
}
const char *ruru_any_value(const struct lyd_node *node) {
    if (!node->schema || !(node->schema->nodetype & LYD_NODE_ANY)) {
        return NULL;
    }
    return ((const struct lyd_node_any *)node)->value;
}
const char *ruru_opaque_module(const struct lyd_node *node) {
    return node->schema ? NULL : ((const struct lyd_node_opaq *)node)->name.module_ns;
}
uint32_t ruru_opaque_format(const struct lyd_node *node) {
    if (node->schema) {
        return LYD_UNKNOWN;
    }
    return ((const struct lyd_node_opaq *)node)->format == LY_VALUE_XML ? LYD_XML : LYD_JSON;
}
const struct lyd_meta *ruru_node_meta(const struct lyd_node *node) { return node->meta; }
const struct lyd_meta *ruru_meta_next(const struct lyd_meta *meta) { return meta->next; }
const char *ruru_meta_name(const struct lyd_meta *meta) { return meta->name; }
const struct lys_module *ruru_meta_module(const struct lyd_meta *meta) {
    return meta->annotation->module;
}
const char *ruru_meta_value(const struct lyd_meta *meta) { return lyd_get_meta_value(meta); }
const struct lyd_attr *ruru_node_attr(const struct lyd_node *node) {
    return node->schema ? NULL : ((const struct lyd_node_opaq *)node)->attr;
}
const struct lyd_attr *ruru_attr_next(const struct lyd_attr *attr) { return attr->next; }
const char *ruru_attr_name(const struct lyd_attr *attr) { return attr->name.name; }
const char *ruru_attr_prefix(const struct lyd_attr *attr) { return attr->name.prefix; }
const char *ruru_attr_module(const struct lyd_attr *attr) { return attr->name.module_ns; }
const char *ruru_attr_value(const struct lyd_attr *attr) { return attr->value; }

/* How many keys a new instance of a list needs: UINT32_MAX if there is no such list. */
uint32_t ruru_key_count(const struct lyd_node *parent, const struct lys_module *module,
        const char *list, uint32_t options) {
    const struct lysc_node *above = parent ? parent->schema : NULL;
    const struct lysc_node *node = NULL;
    uint32_t count = 0;

    if (!module && above) {
        module = above->module;
    }
    if (module) {
        node = lys_find_child(module->ctx, above, module, NULL, 0, list, 0,
                options & LYD_NEW_VAL_OUTPUT ? LYS_GETNEXT_OUTPUT : 0);
    }
    if (!node || node->nodetype != LYS_LIST) {
        return UINT32_MAX;
    }
    for (node = lysc_node_child(node); node && lysc_is_key(node); node = node->next) {
        ++count;
    }
    return count;
}

/* sysrepo. */

struct lyd_node *ruru_data_take(sr_data_t *data) {
    struct lyd_node *tree = data ? data->tree : NULL;

    if (data) {
        data->tree = NULL;
    }
    return tree;
}
/* Installs modules given as YANG text with the default storage of every datastore. */
int ruru_install(sr_conn_ctx_t *connection, uint32_t count, const char *const *sources,
        const char **const *features, const char *search_dirs) {
    sr_install_mod_t *modules = calloc(count ? count : 1, sizeof *modules);
    int result;

    if (!modules) {
        return SR_ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; ++i) {
        modules[i].schema_path = sources[i];
        modules[i].features = features[i];
        modules[i].module_ds = *sr_get_module_ds_default();
    }
    result = sr_install_modules2(connection, modules, count, search_dirs, NULL, NULL, LYD_UNKNOWN);
    free(modules);
    return result;
}
void ruru_free(void *memory) { free(memory); }
